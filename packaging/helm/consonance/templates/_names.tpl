{{- define "consonance.name" -}}
{{- printf "%s" .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "consonance.labels" -}}
app.kubernetes.io/name: consonance
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

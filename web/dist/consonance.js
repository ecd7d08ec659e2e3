var e=class extends Error{name="VoiceProblem";code;retryInMs;constructor(r,n,o={}){super(n,{cause:o.cause}),this.code=r,this.retryInMs=o.retryInMs??null}};export{e as VoiceProblem};

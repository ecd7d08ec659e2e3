// Draws openapi.json: every operation with its parameters and responses, and the webhooks.

/** The schemas of an `allOf` as one, with the fields of all. */
function joined(all, schemas) {
  const parts = schemas.map((part) => part.$ref ? all[part.$ref.split("/").pop()] : part);
  return { properties: Object.assign({}, ...parts.map((part) => part.properties)), required: parts.flatMap((part) => part.required || []) };
}
/** A schema as an outline: the fields and their meanings. */
function outline(all, schema, depth = "", seen = []) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return seen.includes(name) ? name : outline(all, all[name], depth, [...seen, name]);
  }
  if (schema.allOf) return outline(all, joined(all, schema.allOf), depth, seen);
  const choices = (schema.oneOf || schema.anyOf || []).filter((choice) => choice.type !== "null");
  if (choices.length === 1) return outline(all, choices[0], depth, seen) + " or nothing";
  if (choices.length) return "one of\n" + choices.map((choice) => depth + "  " + outline(all, choice, depth + "  ", seen)).join("\n");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.items) return "list of " + outline(all, schema.items, depth, seen);
  if (!schema.properties) return [schema.type].flat().filter((type) => type !== "null").join(" or ") + ([schema.type].flat().includes("null") ? " or nothing" : "");
  const required = schema.required || [];
  const lines = Object.entries(schema.properties).map(([name, inner]) => {
    const about = (inner.description || "").replaceAll("\n", " ");
    return depth + "  " + name + (required.includes(name) ? "" : "?") + ": " + outline(all, inner, depth + "  ", seen) + (about ? "   — " + about : "");
  });
  return "{\n" + lines.join("\n") + "\n" + depth + "}";
}
/** Text between backticks is code. */
const words = (description) => description.split("`").map((part, index) => index % 2 ? element("code", { textContent: part }) : part);
const signature = (method, path) => [element("span", { className: "chip plain", textContent: method.toUpperCase() }), element("code", { textContent: path })];
function operation(all, method, path, about) {
  const card = element("section", { id: method + path, className: "card" },
    element("p", { className: "operation" }, ...signature(method, path)),
    element("h2", {}, ...words(about.summary || "")));
  if (about.description) card.append(element("p", { className: "note" }, ...words(about.description)));
  const part = (title, lines) => card.append(element("h3", { textContent: title }), element("pre", { tabIndex: 0, textContent: lines }));
  const parameters = (about.parameters || []).map((it) => it.name + (it.required ? "" : "?") + ": " + outline(all, it.schema) + (it.description ? "   — " + it.description : ""));
  if (parameters.length) part("In the address", parameters.join("\n"));
  for (const body of Object.values(about.requestBody?.content || {})) part("Body", outline(all, body.schema));
  for (const [status, answer] of Object.entries(about.responses || {})) {
    const schema = Object.values(answer.content || {})[0]?.schema;
    if (Number(status) < 400) part("Answer " + status + ": " + answer.description, schema ? outline(all, schema) : "");
    else card.append(element("p", { className: "note", textContent: status + ": " + answer.description }));
  }
  return card;
}
fetch("openapi.json").then((answer) => answer.json()).then((api) => {
  document.title = api.info.title;
  say($("title"), api.info.title);
  $("subtitle").replaceChildren(...words(api.info.description));
  for (const [path, methods] of [...Object.entries(api.paths), ...Object.entries(api.webhooks || {})])
    for (const [method, about] of Object.entries(methods)) {
      $("index").append(element("a", { className: "operation", href: "#" + method + path }, ...signature(method, path), element("span", {}, ...words(about.summary || ""))));
      $("operations").append(operation(api.components.schemas, method, path, about));
    }
}).catch(() => trouble("The description of the API cannot be had just now."));

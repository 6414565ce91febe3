// Datasette's editor of SQL, as its _codemirror_foot.html makes it. Without JavaScript the field is a plain one.
const format = document.querySelector("button#sql-format");
const field = document.querySelector("textarea#sql-editor");
const shown = document.querySelector("pre#sql-query");

if (field) {
  const editor = CodeMirror.fromTextArea(field, { lineNumbers: true, mode: "text/x-sql", lineWrapping: true });
  editor.getInputField().setAttribute("aria-label", "SQL");
  editor.setOption("extraKeys", { "Shift-Enter": () => field.form.submit(), Tab: false });
  if (format) {
    format.hidden = false;
    format.addEventListener("click", () => editor.setValue(sqlFormatter.format(editor.getValue())));
  }
} else if (format && shown) {
  format.hidden = false;
  format.addEventListener("click", () => { shown.textContent = sqlFormatter.format(shown.textContent); });
}

document.querySelectorAll("table.sortable").forEach(table => {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = head.textContent; head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const text = row => row.cells[column].textContent.trim();
      const order = new Intl.Collator(undefined, { numeric: true }).compare;
      const compare = (a, b) => {
        const x = parseFloat(text(a)), y = parseFloat(text(b));
        return !isNaN(x) && !isNaN(y) && x !== y && column ? x - y : order(text(a), text(b));
      };
      [...body.rows].sort((a, b) => (down ? -1 : 1) * compare(a, b)).forEach(row => body.append(row));
      heads.forEach(one => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
    });
  });
});

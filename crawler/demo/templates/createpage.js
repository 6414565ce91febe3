function createPageHTML(total, current, stem, extension, place) {
  var links = [];
  for (var page = 0; page < total; page++) {
    var name = stem + (page ? "_" + page : "") + "." + extension;
    links.push(page === current ? "<b>" + (page + 1) + "</b>" : '<a href="' + name + '">' + (page + 1) + "</a>");
  }
  document.getElementById(place).innerHTML = links.join(" ");
}

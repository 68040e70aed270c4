// A link that holds the key (`/#key=...`, never sent to a server by itself) logs in by itself.

function enterByLink() {
  const linked = /[#&]key=([^&]+)/.exec(location.hash);
  if (!linked) return;
  history.replaceState(null, "", location.pathname + location.search);
  document.getElementById("key").value = decoded(linked[1]);
  document.getElementById("ask").requestSubmit();
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

addEventListener("hashchange", enterByLink);
enterByLink();

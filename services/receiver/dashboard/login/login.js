// A link that holds the key (`/#key=...`, never sent to a server by itself) logs in by itself. A link to a view leads there
// after the login: what stands behind the # goes along as such, also when a key is refused.

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

function keepView() {
  document.getElementById("ask").action = location.hash.startsWith("#/") ? `login${location.hash}` : "login";
}

for (const heard of [keepView, enterByLink]) addEventListener("hashchange", heard);
keepView();
enterByLink();

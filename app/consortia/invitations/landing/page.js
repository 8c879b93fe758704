
"use strict";
// The secret stands behind the "#": it goes into the link that opens the app, and nowhere else.
const secret = location.hash;
if (/^#isi_[A-Za-z0-9_-]{20,100}$/.test(secret)) {
  const app = document.getElementById("app");
  app.href = app.dataset.scheme + "://invitation" + secret;
  document.getElementById("open").hidden = false;
  document.getElementById("incomplete").hidden = true;
  document.getElementById("language").hash = secret;
}

// Dropping a capture anywhere on the page, and progress while it is sent. The form works without this script.
"use strict";
const form = document.getElementById("form");
const state = document.getElementById("state");
const problem = document.getElementById("error");
const bar = document.getElementById("progress");

function fail(text) {
  state.hidden = true;
  problem.hidden = false;
  problem.textContent = text;
}

function send() {
  const data = new FormData(form);
  let size = 0;
  for (const value of data.values()) size += value.size || 0;
  problem.hidden = true;
  if (size > Number(form.dataset.most)) return fail(form.dataset.tooLarge);
  const request = new XMLHttpRequest();
  request.open("POST", form.getAttribute("action"));
  request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
  request.upload.onload = () => bar.removeAttribute("value");
  request.onerror = () => fail(form.dataset.lost);
  request.onload = () => {
    if (request.status < 400) return location.assign(request.responseURL);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const why = page.getElementById("why");
    fail(why ? why.textContent : form.dataset.lost);
  };
  state.hidden = false;
  request.send(data);
}

form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
for (const hint of document.querySelectorAll(".hint")) hint.hidden = false;
addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
addEventListener("dragleave", () => document.body.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  if (event.dataTransfer.files.length === 0) return;
  // Dropped on the field of the log it is the log, anywhere else the capture.
  const field = event.target.id === "log" ? "log" : "capture";
  document.getElementById(field).files = event.dataTransfer.files;
  send();
});

const dialog = document.getElementById("components-reconnect-modal");

dialog.addEventListener("components-reconnect-state-changed", ({ detail }) => {
  if (detail.state === "hide") dialog.close();
  else if (detail.state === "rejected") location.reload();
  else {
    dialog.dataset.state = detail.state === "failed" ? "failed" : "trying";
    if (!dialog.open) dialog.showModal();
  }
});

document.getElementById("reconnect-reload").addEventListener("click", () => location.reload());
document.addEventListener("visibilitychange", () => {
  // A tab that slept through the attempts starts anew as soon as someone looks at it.
  if (document.visibilityState === "visible" && dialog.open && dialog.dataset.state === "failed") location.reload();
});

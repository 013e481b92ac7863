// Tells the page whether someone can see it, so that hidden tabs ask the server for nothing.
export function watch(page) {
  const tell = () => page.invokeMethodAsync("ShowVisibility", document.visibilityState === "visible");
  document.addEventListener("visibilitychange", tell);
  if (document.visibilityState !== "visible") tell();
  return { stop: () => document.removeEventListener("visibilitychange", tell) };
}

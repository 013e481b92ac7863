// Runs before the first paint. A first visit has no cookie yet, so the server rendered the light theme:
// where the system prefers the dark one, remember that and ask once more.
if (!/(?:^|; )theme=/.test(document.cookie) && matchMedia("(prefers-color-scheme: dark)").matches) {
  document.cookie = "theme=dark; path=/; max-age=31536000; samesite=lax";
  if (/(?:^|; )theme=dark/.test(document.cookie)) location.reload();
}

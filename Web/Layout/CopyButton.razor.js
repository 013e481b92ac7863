// The clipboard can be refused, and is missing on plain HTTP from another machine: then the text is selected, for Ctrl+C.
export async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(shown));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return false;
  }
}

// Runs in the page's head, before Gradio. Gradio's loading screen counts seconds in a loop of animation frames that
// goes on when the screen is gone (seen in 6.31): sixty times a second the browser prepares a frame that shows nothing
// new, and a key has to wait for it. Once the search box exists, a loop that began before it is stopped. If Gradio
// changes that loop one day, the pattern no longer matches it and nothing is stopped.
(() => {
  const native = window.requestAnimationFrame.bind(window);
  const COUNTS_SECONDS = /^\(\)\s*=>\s*\{?[^;]{0,60}performance\.now\(\)[^;]{0,30}1e3/;
  let current = null; // the chain of frames whose callback is running
  let ready = false;
  const boxIsThere = () => (ready ||= document.getElementById("search-box") !== null);
  window.requestAnimationFrame = (callback) => {
    const chain = current ?? { early: !boxIsThere() };
    if (chain.early && boxIsThere() && COUNTS_SECONDS.test(String(callback))) return 0;
    return native((now) => {
      const outer = current;
      current = chain;
      try {
        callback(now);
      } finally {
        current = outer;
      }
    });
  };
})();

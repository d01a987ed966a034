// Runs in the page's head, before Gradio. Gradio's loading screen counts its seconds in a loop of animation
// frames that goes on when the screen is gone (seen in 6.31): sixty times a second the browser prepares a frame
// that shows nothing new, which a key then has to wait for. Once the search box is there, a loop that is older
// than it ends at its next turn. If Gradio writes that loop otherwise one day, nothing matches and all is as before.
(() => {
  const native = window.requestAnimationFrame.bind(window);
  const COUNTS_SECONDS = /^\(\)\s*=>\s*\{?[^;]{0,60}performance\.now\(\)[^;]{0,30}1e3/;
  let current = null; // the chain of frames that is running now
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

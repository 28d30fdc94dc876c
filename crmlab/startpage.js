// The start page in an open tab shows new progress by itself: when it comes to the front, and while it is looked at.
// A module that JupyterLab loads like any of its extensions; nobody has to build it.
(function () {
  "use strict";
  const NAME = "crmlab-startpage", PAGES = ["开始.md", "Start.md"], EVERY = 5000; // ms; the desk writes as often
  async function renew(app, widget) {
    const context = widget.context;
    if (!context.isReady || context.model.dirty) return;
    const there = await app.serviceManager.contents.get(context.path, { content: false });
    if (there.last_modified === context.contentsModel.last_modified) return;
    const scrolled = Array.from(widget.node.querySelectorAll("*")).filter(function (box) { return box.scrollTop; });
    const tops = scrolled.map(function (box) { return box.scrollTop; });
    await context.revert();
    setTimeout(function () { scrolled.forEach(function (box, n) { box.scrollTop = tops[n]; }); }, 200);
  }
  function activate(app) {
    let busy = false;
    async function look() {
      if (busy || document.hidden) return;
      busy = true;
      try {
        for (const widget of app.shell.widgets("main")) {
          if (widget.isVisible && widget.context && PAGES.includes(widget.context.path)) await renew(app, widget);
        }
      } catch (error) { // the lab is closed: what is on the screen stays
      } finally { busy = false; }
    }
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    if (app.shell.currentChanged) app.shell.currentChanged.connect(look);
    setInterval(look, EVERY);
  }
  const plugin = { id: NAME + ":plugin", autoStart: true, activate: activate };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: function () {},
    get: async function () { return function () { return { __esModule: true, default: plugin }; }; },
  };
})();

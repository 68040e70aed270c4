// Takes the page as it is seen: visible text in document order with its ancestry, meters, headings and dialogs.
// Runs inside the page, changes nothing there, and returns one JSON text (see extract/captured.py for its shape).
// What nobody sees is left out: display none, visibility hidden, aria-hidden, inert, zero size, clipped, moved away.
() => {
  const IGNORED = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "SVG", "INPUT", "TEXTAREA", "SELECT", "IFRAME"]);
  const INLINE = new Set(["inline", "inline-block", "inline-flex", "inline-grid", "contents", "ruby"]);
  const METERS = { METER: "meter", PROGRESS: "progressbar" };
  const elements = [];
  const pieces = [];

  const clean = (text) => text.replace(/\s+/g, " ").trim();

  const roleOf = (element) => {
    const role = (element.getAttribute("role") || "").trim().split(/\s+/)[0].toLowerCase();
    if (role) return role;
    if (/^H[1-6]$/.test(element.tagName)) return "heading";
    if (element.tagName === "DIALOG") return "dialog";
    return METERS[element.tagName] || "";
  };

  const nameOf = (element) => {
    const root = element.getRootNode();
    const ids = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    const named = ids.map((id) => root.getElementById(id)).filter(Boolean).map((node) => node.textContent);
    return clean(named.join(" ")) || clean(element.getAttribute("aria-label") || element.getAttribute("title") || "");
  };

  const clipped = (style) =>
    (/^rect\(/.test(style.clip) && ["absolute", "fixed"].includes(style.position)) ||
    /^inset\((50|[6-9]\d|100)/.test(style.clipPath);

  const collapsed = (element, style) =>
    style.display !== "inline" && style.display !== "contents" &&
    ((style.overflowX !== "visible" && element.clientWidth <= 1) ||
      (style.overflowY !== "visible" && element.clientHeight <= 1));

  const hidden = (element, style) =>
    IGNORED.has(element.tagName.toUpperCase()) ||
    style.display === "none" ||
    style.contentVisibility === "hidden" ||
    Number(style.opacity) < 0.05 ||
    element.getAttribute("aria-hidden") === "true" ||
    element.inert === true ||
    clipped(style) ||
    collapsed(element, style);

  const onScreen = (box) =>
    box.width > 0.5 && box.height > 0.5 && box.right + window.scrollX > 0 && box.bottom + window.scrollY > 0;

  const boxOf = (box) =>
    [box.x + window.scrollX, box.y + window.scrollY, box.width, box.height].map((value) => Math.round(value));

  // An element gets its number when the first thing seen inside it does, its ancestors first.
  const numberOf = (frame) => {
    if (frame.number === undefined) {
      const parent = frame.parent ? numberOf(frame.parent) : -1;
      frame.number = elements.push({ parent, tag: frame.tag, role: frame.role }) - 1;
    }
    return frame.number;
  };

  const endRun = (run) => {
    const nodes = run.nodes.splice(0);
    const seen = nodes.filter((node) => clean(node.data));
    if (!seen.length) return;
    const range = document.createRange();
    range.setStartBefore(seen[0]);
    range.setEndAfter(seen[seen.length - 1]);
    const box = range.getBoundingClientRect();
    if (!onScreen(box)) return;
    const text = clean(nodes.map((node) => node.data).join(""));
    const parts = seen.map((node) => clean(node.data));
    pieces.push({ kind: "text", element: numberOf(run.frame), text, parts, box: boxOf(box) });
  };

  const number = (element, attribute, property) => {
    const written = element.getAttribute(attribute);
    if (written !== null && written.trim() !== "") return Number(written);
    return element.tagName in METERS && typeof element[property] === "number" ? element[property] : null;
  };

  const addMeter = (element, frame) => {
    const box = element.getBoundingClientRect();
    if (!onScreen(box)) return;
    const value = number(element, "aria-valuenow", element.hasAttribute("value") ? "value" : "");
    pieces.push({
      kind: "meter",
      element: numberOf(frame),
      name: nameOf(element),
      now: Number.isFinite(value) ? value : null,
      low: number(element, "aria-valuemin", "min") || 0,
      high: number(element, "aria-valuemax", "max") || 100,
      words: clean(element.getAttribute("aria-valuetext") || ""),
      box: boxOf(box),
    });
  };

  const childrenOf = (element) => {
    if (element.shadowRoot) return element.shadowRoot.childNodes;
    if (element.tagName === "SLOT" && element.assignedNodes().length) return element.assignedNodes();
    if (element.tagName === "DETAILS" && !element.open)
      return [...element.children].filter((child) => child.tagName === "SUMMARY");
    return element.childNodes;
  };

  const enter = (element, frame, run) => {
    const style = getComputedStyle(element);
    if (element.tagName === "BR") return endRun(run);
    if (hidden(element, style)) return;
    const role = roleOf(element);
    const own = { parent: frame, tag: element.tagName.toLowerCase(), role };
    const inline = INLINE.has(style.display) && !role && element.tagName !== "BUTTON";
    if (!inline) endRun(run);
    if (role === "meter" || role === "progressbar") addMeter(element, own);
    const inner = inline ? run : { frame: own, nodes: [] };
    walk(element, own, inner, style.visibility === "visible");
    if (!inline) endRun(inner);
  };

  const walk = (element, frame, run, visible) => {
    for (const child of childrenOf(element)) {
      if (child.nodeType === Node.TEXT_NODE && visible) run.nodes.push(child);
      else if (child.nodeType === Node.ELEMENT_NODE) enter(child, frame, run);
    }
  };

  if (document.body) enter(document.body, null, { frame: null, nodes: [] });
  return JSON.stringify({
    url: location.origin + location.pathname + location.hash.split("?")[0],
    title: clean(document.title),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "",
    language: document.documentElement.lang || "",
    elements,
    pieces,
  });
}

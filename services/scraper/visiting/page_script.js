// Takes the page as it is seen: visible text in document order with its ancestry, meters, headings and dialogs.
// Runs inside the page, changes nothing there, and returns one JSON text (see extract/captured.py for its shape).
// What nobody sees is left out: display none, visibility hidden, aria-hidden, inert, transparent, zero size, clipped,
// moved away, tooltips. Where something is seen in part, or raised like a footnote, stands a mark, \ufffd, that makes
// the text one nobody knows. Pictures give their names, style sheets the words they put before and after.
() => {
  const IGNORED = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "INPUT", "TEXTAREA", "SELECT", "IFRAME", "CANVAS",
    "VIDEO", "AUDIO", "OBJECT"]);
  const INLINE = new Set(["inline", "inline-block", "inline-flex", "inline-grid", "contents", "ruby"]);
  const MARK = "\ufffd";
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

  const isModal = (element) =>
    element.getAttribute("aria-modal") === "true" || (element.tagName === "DIALOG" && element.matches(":modal"));

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
    /opacity\(0%?\)/.test(style.filter) ||
    element.getAttribute("role") === "tooltip" ||
    element.getAttribute("aria-hidden") === "true" ||
    element.inert === true ||
    clipped(style) ||
    collapsed(element, style);

  const onScreen = (box) =>
    box.width > 0.5 && box.height > 0.5 && box.right + window.scrollX > 0 && box.bottom + window.scrollY > 0 &&
    box.left < Math.max(window.innerWidth, document.documentElement.clientWidth);

  // What an element's content is cut to: by boxes around it that hide what overflows. Content that is positioned
  // is cut by the boxes around what it is positioned in. Scrolled content can be scrolled to, and is not cut.
  const within = (clips, style) =>
    style.position === "fixed" ? null : style.position === "absolute" ? clips.placed : clips.flow;

  const clipsInside = (element, style, clips) => {
    let flow = within(clips, style);
    const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
    if (element !== document.body && style.display !== "inline" && style.display !== "contents" &&
        (cuts(style.overflowX) || cuts(style.overflowY))) {
      const box = element.getBoundingClientRect();
      const all = flow || { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
      flow = { ...all };
      if (cuts(style.overflowX)) Object.assign(flow, { left: Math.max(all.left, box.left), right: Math.min(all.right, box.right) });
      if (cuts(style.overflowY)) Object.assign(flow, { top: Math.max(all.top, box.top), bottom: Math.min(all.bottom, box.bottom) });
    }
    const holds = style.position !== "static" || style.transform !== "none";
    return { flow, placed: holds ? flow : clips.placed };
  };

  // How much of a box is to be seen: "all", "part" or "none". Lines are higher than their boxes by a little.
  const seenOf = (box, clip) => {
    if (!clip) return "all";
    const width = Math.min(box.right, clip.right) - Math.max(box.left, clip.left);
    const height = Math.min(box.bottom, clip.bottom) - Math.max(box.top, clip.top);
    if (width <= 0.5 || height <= box.height / 4) return "none";
    return width < box.width - 3 || height < box.height / 2 ? "part" : "all";
  };

  const seenText = (node, clip) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0.5 && box.height > 0.5);
    const seen = new Set(boxes.map((box) => seenOf(box, clip)));
    if (seen.size === 0) return "none";
    return seen.size === 1 ? [...seen][0] : "part";
  };

  const transparent = (style) =>
    !/text/.test(style.webkitBackgroundClip || style.backgroundClip) &&
    [style.color, style.webkitTextFillColor].some((color) => /^rgba\(.*, 0\)$/.test(color || ""));

  // The words that a style sheet puts before or after an element's own. Signs of an icon font say nothing.
  const pseudo = (element, which) => {
    const style = getComputedStyle(element, which);
    if (!style.content || style.content === "none" || style.content === "normal") return "";
    if (style.display === "none" || style.visibility !== "visible" || transparent(style)) return "";
    if (/\b(?:counters?|attr)\(/.test(style.content)) return MARK;
    const strings = style.content.split(" / ")[0].match(/"(?:[^"\\]|\\.)*"/g) || [];
    return strings.map((quoted) => quoted.slice(1, -1).replace(/\\(.)/g, "$1")).join("").replace(/[\ue000-\uf8ff]/g, "");
  };

  const boxOf = (box) =>
    [box.x + window.scrollX, box.y + window.scrollY, box.width, box.height].map((value) => Math.round(value));

  // An element gets its number when the first thing seen inside it does, its ancestors first.
  const numberOf = (frame) => {
    if (frame.number === undefined) {
      const parent = frame.parent ? numberOf(frame.parent) : -1;
      const modal = frame.modal ? { modal: true } : {};
      frame.number = elements.push({ parent, tag: frame.tag, role: frame.role, ...modal }) - 1;
    }
    return frame.number;
  };

  const addText = (frame, text, parts, box) =>
    pieces.push({ kind: "text", element: numberOf(frame), text, parts, box: boxOf(box) });

  // A run's items are text nodes, or strings that stand in no node.
  const endRun = (run) => {
    const items = run.items.splice(0);
    const text = clean(items.map((item) => (typeof item === "string" ? item : item.data)).join(""));
    const nodes = items.filter((item) => typeof item !== "string" && clean(item.data));
    if (!text || (!nodes.length && !/[\p{L}\p{N}]/u.test(text))) return;
    let box = run.frame.node.getBoundingClientRect();
    if (nodes.length) {
      const range = document.createRange();
      range.setStartBefore(nodes[0]);
      range.setEndAfter(nodes[nodes.length - 1]);
      box = range.getBoundingClientRect();
    }
    if (!onScreen(box)) return;
    const parts = items.some((item) => typeof item === "string") ? [] : nodes.map((node) => clean(node.data));
    addText(run.frame, text, parts, box);
  };

  const number = (element, attribute, property) => {
    const written = element.getAttribute(attribute);
    if (written !== null && written.trim() !== "") return Number(written);
    return element.tagName in METERS && typeof element[property] === "number" ? element[property] : null;
  };

  const finite = (value) => (Number.isFinite(value) ? value : null);

  const addMeter = (element, frame, clip) => {
    const box = element.getBoundingClientRect();
    // An empty element may be a meter to those who listen; it has no height of its own.
    const line = { left: box.left, right: box.right, top: box.top, bottom: box.bottom + 1, width: box.width, height: box.height + 1 };
    if (!onScreen(line) || seenOf(line, clip) === "none") return;
    const value = number(element, "aria-valuenow", element.hasAttribute("value") ? "value" : "");
    pieces.push({
      kind: "meter",
      element: numberOf(frame),
      name: nameOf(element),
      now: finite(value),
      low: finite(number(element, "aria-valuemin", "min")),
      high: finite(number(element, "aria-valuemax", "max")),
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

  // A picture says what its name says: an icon before a figure may be all that tells whose the figure is.
  const isPicture = (element, role) => role === "img" || element.tagName === "IMG" || element.tagName === "svg";

  const addPicture = (element, frame, clip) => {
    const box = element.getBoundingClientRect();
    if (!onScreen(box) || seenOf(box, clip) === "none") return;
    const titled = element.tagName === "svg" ? element.querySelector(":scope > title") : null;
    const name = nameOf(element) || clean(element.getAttribute("alt") || "") || clean(titled?.textContent || "");
    if (name) addText(frame, name, [name], box);
    else if (element.tagName === "svg")
      for (const text of element.querySelectorAll("text")) {
        const inner = text.getBoundingClientRect();
        if (clean(text.textContent) && onScreen(inner)) addText(frame, clean(text.textContent), [], inner);
      }
  };

  const enter = (element, frame, run, clips) => {
    const style = getComputedStyle(element);
    if (element.tagName === "BR") return endRun(run);
    if (hidden(element, style)) return;
    const role = roleOf(element);
    const own = { parent: frame, tag: element.tagName.toLowerCase(), role, modal: isModal(element), node: element };
    const visible = style.visibility === "visible";
    if (isPicture(element, role)) {
      if (!visible) return;
      endRun(run);
      return addPicture(element, { ...own, tag: "img" }, within(clips, style));
    }
    const inline = INLINE.has(style.display) && !role && element.tagName !== "BUTTON";
    if (!inline) endRun(run);
    if (visible && (role === "meter" || role === "progressbar")) addMeter(element, own, within(clips, style));
    const inner = inline ? run : { frame: own, items: [] };
    if (inline && /^(?:super|sub)$/.test(style.verticalAlign) && clean(element.textContent)) inner.items.push(MARK);
    const drawn = visible && !transparent(style);
    walk(element, own, inner, drawn, clipsInside(element, style, clips));
    if (!inline) endRun(inner);
  };

  const walk = (element, frame, run, drawn, clips) => {
    const around = (which) => {
      const words = drawn ? pseudo(element, which) : "";
      if (words) run.items.push(words);
    };
    around("::before");
    for (const child of childrenOf(element)) {
      if (child.nodeType === Node.ELEMENT_NODE) enter(child, frame, run, clips);
      else if (child.nodeType === Node.TEXT_NODE && drawn) addNode(child, run, clips.flow);
    }
    around("::after");
  };

  const addNode = (node, run, clip) => {
    const seen = clean(node.data) ? seenText(node, clip) : "all";
    if (seen === "part") run.items.push(MARK);
    else if (seen === "all") run.items.push(node);
  };

  if (document.body) enter(document.body, null, { frame: null, items: [] }, { flow: null, placed: null });
  return JSON.stringify({
    url: location.origin + location.pathname + location.hash.split("?")[0],
    title: clean(document.title),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "",
    language: document.documentElement.lang || "",
    elements,
    pieces,
  });
}

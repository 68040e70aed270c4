// Elements made of plain values. Whatever came from the receiver becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element: `element("p", {class: "quiet"}, "as of ", time)`. An attribute that is false, null or undefined
 * is left out, one that is true is empty; children that are null, undefined, false or "" are left out.
 */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** Make an element of a drawing. */
export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** Set an element's text and hide it when there is none; nothing is touched that stays the same. */
export function say(target, text = "") {
  if (target.textContent !== text) target.textContent = text;
  if (target.hidden !== (text === "")) target.hidden = text === "";
}

/** Set or drop an attribute; nothing is touched that stays the same. */
export function mark(target, name, value) {
  if (value === null || value === undefined || value === false) target.removeAttribute(name);
  else if (target.getAttribute(name) !== String(value)) target.setAttribute(name, value === true ? "" : value);
}

/** Have a parent hold these children in this order; nothing is touched when it does. */
export function hold(parent, children) {
  const standing = [...parent.childNodes];
  const same = standing.length === children.length && children.every((child, i) => child === standing[i]);
  if (!same) parent.replaceChildren(...children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) throw new TypeError("listen with addEventListener");
    mark(made, name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

// SPDX-License-Identifier: Apache-2.0
// What buttons, mouse and keys do with the images.

/** Centre and width, HU. */
export const WINDOWS = { lung: [-600, 1500], mediastinum: [40, 400], bone: [400, 1800] };

const place = (address) => `hounsfield.images.${address}`;

/** Remembers how the images of an analysis look, for this tab alone. */
export function keep(address, look) {
  try {
    sessionStorage.setItem(place(address), JSON.stringify(look));
  } catch {
    // No storage in this browser: a page that is loaded anew begins anew.
  }
}

/** What was kept, or null. */
export function kept(address) {
  try {
    return JSON.parse(sessionStorage.getItem(place(address)));
  } catch {
    return null;
  }
}

function key(viewer, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const far = event.shiftKey ? 10 : 1;
  const toggle = (name) => {
    const box = viewer.root.querySelector(`[name="${name}"]`);
    box.checked = !box.checked;
    viewer.overlay({ [name]: box.checked });
  };
  const style = (value) => {
    viewer.root.querySelector(`[name="style"][value="${value}"]`).checked = true;
    viewer.overlay({ fill: value === 'fill' });
  };
  const actions = {
    ArrowLeft: () => viewer.move(-far, 0, 0),
    ArrowRight: () => viewer.move(far, 0, 0),
    ArrowUp: () => viewer.move(0, -far, 0),
    ArrowDown: () => viewer.move(0, far, 0),
    PageUp: () => viewer.move(0, 0, -far),
    PageDown: () => viewer.move(0, 0, far),
    '+': () => viewer.zoom(1.25),
    '=': () => viewer.zoom(1.25),
    '-': () => viewer.zoom(0.8),
    a: () => viewer.pan(-10, 0, 0),
    d: () => viewer.pan(10, 0, 0),
    w: () => viewer.pan(0, 10, 10),
    s: () => viewer.pan(0, -10, -10),
    1: () => viewer.setWindow(...WINDOWS.lung),
    2: () => viewer.setWindow(...WINDOWS.mediastinum),
    3: () => viewer.setWindow(...WINDOWS.bone),
    '[': () => viewer.setWindow(viewer.window[0], viewer.window[1] / 1.1),
    ']': () => viewer.setWindow(viewer.window[0], viewer.window[1] * 1.1),
    ',': () => viewer.setWindow(viewer.window[0] - 20, viewer.window[1]),
    '.': () => viewer.setWindow(viewer.window[0] + 20, viewer.window[1]),
    l: () => toggle('lungs'),
    o: () => toggle('lesions'),
    f: () => style(viewer.show.fill ? 'outline' : 'fill'),
    e: () => viewer.pick(viewer.voxel),
    m: () => {
      viewer.mark = viewer.mark ? null : viewer.voxel;
      viewer.located();
    },
    x: () => viewer.root.dispatchEvent(new CustomEvent('most-disease')),
    r: () => viewer.reset(),
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  event.stopPropagation();
  if (action) {
    event.preventDefault();
    action();
  }
}

/** Listens to all of a viewer's controls. */
export function control(viewer) {
  const on = (selector, event, action) => {
    for (const node of viewer.root.querySelectorAll(selector)) {
      node.addEventListener(event, () => action(node));
    }
  };
  on('[data-window]', 'click', (node) => viewer.setWindow(...WINDOWS[node.dataset.window]));
  on('[name="centre"], [name="width"]', 'change', () => {
    const [centre, width] = ['centre', 'width'].map((name) => viewer.root.querySelector(`[name="${name}"]`));
    if (centre.value !== '' && Number(width.value) >= 1) {
      viewer.setWindow(Number(centre.value), Number(width.value));
    } else {
      viewer.showWindow();
    }
  });
  on('[name="tool"]', 'change', (node) => viewer.tool(node.value));
  on('[name="lungs"]', 'change', (node) => viewer.overlay({ lungs: node.checked }));
  on('[name="lesions"]', 'change', (node) => viewer.overlay({ lesions: node.checked }));
  on('[name="style"]', 'change', (node) => viewer.overlay({ fill: node.value === 'fill' }));
  on('[name="opacity"]', 'input', (node) => viewer.overlay({ opacity: Number(node.value) / 100 }));
  on('[data-act="zoom-in"]', 'click', () => viewer.zoom(1.25));
  on('[data-act="zoom-out"]', 'click', () => viewer.zoom(0.8));
  on('[data-act="reset"]', 'click', () => viewer.reset());
  on('[data-act="all"]', 'click', () => viewer.loadAll());
  on('[data-act="full-screen"]', 'click', () => {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      viewer.root.requestFullscreen().catch(() => {});
    }
  });
  // Before NiiVue's own keys, which are other ones.
  viewer.frame.addEventListener('keydown', (event) => key(viewer, event), true);
  viewer.frame.addEventListener('keyup', (event) => event.stopPropagation(), true);
  viewer.frame.addEventListener('wheel', (event) => {
    if (event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      viewer.zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
    }
  }, { capture: true, passive: false });
  viewer.canvas.addEventListener('pointermove', (event) => viewer.pointed(event));
  viewer.canvas.addEventListener('pointerdown', (event) => {
    viewer.pointed(event);
    viewer.pressed = event.button === 0 ? { x: event.clientX, y: event.clientY, voxel: viewer.hover } : null;
  });
  viewer.canvas.addEventListener('pointerup', (event) => {
    const still = viewer.pressed && Math.hypot(event.clientX - viewer.pressed.x, event.clientY - viewer.pressed.y) < 4;
    if (viewer.excluding && still) {
      viewer.pick(viewer.pressed.voxel);
    }
  });
  // NiiVue takes the focus at each press: the page must not jump under the pointer.
  viewer.canvas.focus = () => HTMLElement.prototype.focus.call(viewer.canvas, { preventScroll: true });
  viewer.canvas.addEventListener('pointerleave', () => {
    viewer.hover = null;
    viewer.located();
  });
  viewer.showWindow();
  const { lungs, lesions, fill, opacity } = viewer.show;
  Object.entries({ lungs, lesions }).forEach(([name, shown]) => {
    viewer.root.querySelector(`[name="${name}"]`).checked = shown;
  });
  viewer.root.querySelector(`[name="style"][value="${fill ? 'fill' : 'outline'}"]`).checked = true;
  viewer.root.querySelector('[name="opacity"]').value = 100 * opacity;
}

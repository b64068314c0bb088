// SPDX-License-Identifier: Apache-2.0
// The images beside the numbers: three planes on NiiVue, linked by a crosshair.
import { DRAG_MODE, NVImage, SHOW_RENDER, SLICE_TYPE } from '/assets/vendor/niivue-0.69.0.js';
import { formatNumber } from '/assets/common.js';
import { t } from '/assets/i18n.js';
import { Grid, dot } from '/assets/grid.js';
import { Planes } from '/assets/planes.js';
import { WINDOWS, control, keep, kept } from '/assets/viewer-controls.js';

/** Colours of the overview picture: told apart by most colour-blind people too. */
const LUNG = [240, 228, 66];
const GROUND_GLASS = [86, 180, 233];
const CONSOLIDATION = [213, 94, 0];

/** A lesion that is left out: dark hatching in a light outline, to be seen on bright and on dark ground. */
const HATCH = [70, 74, 78];
const EDGE = [232, 236, 240];

/** Bits of a voxel's labels, as planes.js has them. */
const LESION_BITS = 2;
const LEFT_OUT = 16;

const HEADER_SHORTS = 176;
const HEADER = 352;

/** Voxels above which the graphics memory of an ordinary laptop may not do: asked for by a button. */
const MOST_VOXELS = 230e6;

export class Viewer {
  /**
   * @param root the section with the viewer's controls
   * @param address of the analysis in the API
   * @param geometry grid of the report
   */
  constructor(root, address, geometry) {
    this.root = root;
    this.address = address;
    this.grid = new Grid(geometry);
    this.canvas = root.querySelector('canvas');
    this.frame = root.querySelector('.viewer-frame');
    this.window = WINDOWS.lung;
    this.show = { lungs: true, lesions: true, fill: true, opacity: 0.5 };
    this.images = {};
    this.mark = null;
    this.hover = null;
    this.onSlice = () => {};
    this.onLesion = () => {}; // called with the number of a lesion that shall change sides
    this.lesionName = () => null; // words for a lesion, by its number
    this.lesionBox = () => null; // its least and its greatest voxel
    this.leftOut = new Set();
    this.components = null;
    this.waiting = new Set(); // stages that the service could not be reached for
    this.stage = 'none';
    this.restore(kept(address));
    this.canvas.viewer = this; // for tests and for curious people
  }

  /** Looks as it did before the page was loaded anew. */
  restore(before) {
    this.before = before;
    this.window = before?.window ?? this.window;
    Object.assign(this.show, before?.show);
    this.wanted = before?.voxel && this.grid.clamp(before.voxel);
    addEventListener('pagehide', () => keep(this.address, {
      window: this.window, show: this.show, voxel: this.wanted, pan: this.nv && [...this.nv.scene.pan2Dxyzmm],
    }));
  }

  /** Shows the coarse volume, then the rest; settles when the first picture stands or cannot. */
  async open() {
    if (!document.createElement('canvas').getContext('webgl2')) {
      throw Object.assign(new Error('no WebGL 2'), { code: 'no-webgl' });
    }
    this.nv = new Planes({
      isRadiologicalConvention: true,
      sagittalNoseLeft: true,
      backColor: [0.04, 0.05, 0.06, 1],
      fontColor: [0.72, 0.77, 0.8, 1],
      crosshairColor: [0.35, 0.85, 0.45, 0.8],
      crosshairWidth: 1,
      crosshairGap: 8,
      multiplanarShowRender: SHOW_RENDER.NEVER,
      sliceType: SLICE_TYPE.MULTIPLANAR,
      tileMargin: 2,
      dragAndDropEnabled: false,
      loadingText: '',
      logLevel: 'silent',
      viewModeHotKey: '',
      clipPlaneHotKey: '',
      cycleClipPlaneHotKey: '',
      measureLineColor: [1, 0.85, 0.2, 1],
      measureTextColor: [1, 0.85, 0.2, 1],
      rulerColor: [1, 0.85, 0.2, 1],
      rulerWidth: 2,
    });
    // The first voxels come while the graphics get ready.
    this.worker = new Worker('/assets/volume-worker.js', { type: 'module' });
    const ready = this.prepare();
    this.worker.addEventListener('message', async ({ data }) => {
      try {
        await ready;
        await this.received(data);
      } catch (error) {
        this.say(t('viewer.fault', { detail: error.message }));
      }
    });
    this.ask('coarse');
    await ready;
  }

  async prepare() {
    await this.nv.attachToCanvas(this.canvas, false);
    this.nv.onLocationChange = () => this.located();
    this.nv.onIntensityChange = () => this.windowed();
    this.canvas.addEventListener('webglcontextlost', () => this.say(t('viewer.lost')));
    this.layout();
    new ResizeObserver(() => this.layout()).observe(this.frame);
    control(this);
    this.tool('crosshair');
  }

  ask(stage) {
    this.waiting.delete(stage);
    this.worker.postMessage({ address: this.address, stage });
  }

  /** The service is there again. */
  again() {
    for (const stage of [...this.waiting]) {
      this.ask(stage);
    }
  }

  async received(data) {
    if (data.stage === 'progress') {
      this.say(t('viewer.loading', { percent: Math.round(100 * data.share) }));
    } else if (data.fault) {
      this.fault(data);
    } else if (data.stage === 'labels') {
      await this.receivedLabels(data);
    } else if (data.stage === 'components') {
      this.components = new Uint8Array(data.components, HEADER);
      this.root.querySelector('[data-tool="exclude"]').hidden = false;
      this.leaveOut(this.leftOut);
    } else {
      await this.receivedCt(data);
    }
  }

  async receivedLabels(data) {
    const image = await NVImage.new(data.labels, 'labels.nii', '', 1, null, 0, 255);
    await this.nv.upload(image);
    this.images.labels = image;
    this.look();
    this.stage = 'labels';
    this.ask('components');
    const voxels = this.grid.size.reduce((product, n) => product * n, 1);
    if (voxels <= MOST_VOXELS) {
      this.loadAll();
    } else {
      this.say(t('viewer.large'));
      this.root.querySelector('[data-act="all"]').hidden = false;
    }
  }

  async receivedCt(data) {
    const ct = await NVImage.new(data.ct, 'ct.nii', 'gray', 1, null, ...this.greys());
    await this.nv.upload(ct);
    const held = this.voxel;
    this.images.ct = ct;
    [ct.cal_min, ct.cal_max] = this.greys(); // the window may have changed meanwhile
    this.ct = new Int16Array(data.ct);
    this.size = [21, 22, 23].map((n) => this.ct[n]); // dim[1..3] of the header
    this.step = this.size.map((n, a) => Math.ceil(this.grid.size[a] / n));
    const first = this.stage === 'none';
    this.nv.back = ct;
    this.nv.volumes = [ct];
    this.nv.updateGLVolume();
    this.goTo(held ?? this.wanted ?? this.grid.size.map((n) => Math.floor(n / 2)));
    if (first) {
      this.nv.setPan2Dxyzmm(this.before?.pan ?? [0, 0, 0, 1]);
      this.root.classList.add('has-picture');
      this.root.classList.remove('no-images');
      this.ask('labels');
    }
    this.stage = data.stage;
    this.say(data.stage === 'full' ? '' : t('viewer.coarse'));
    this.located();
  }

  loadAll() {
    this.root.querySelector('[data-act="all"]').hidden = true;
    this.say(t('viewer.loading', { percent: 0 }));
    this.ask('full');
  }

  fault(data) {
    if (data.stage === 'components') {
      return; // a report of before there were any: nothing to leave out
    }
    if (data.code === 'no-answer') {
      this.waiting.add(data.stage);
      document.dispatchEvent(new Event('service-gone'));
      this.say(t('viewer.waits'));
      return;
    }
    this.root.dataset.fault = data.code ?? 'fault';
    if (data.stage === 'coarse') {
      this.root.classList.add('no-images');
    }
    this.say(data.code === 'images-not-held' ? t('viewer.notHeld') : t('viewer.fault', { detail: data.fault }));
  }

  say(text) {
    this.root.querySelector('.viewer-note').textContent = text;
  }

  /** Draws lungs and lesions as is asked for. */
  look() {
    const { lungs, lesions, fill, opacity } = this.show;
    const seen = (colour, alpha) => [...colour.map((value) => value / 255), alpha];
    const none = [0, 0, 0, 0];
    const alpha = fill ? opacity : Math.min(1, 2 * opacity);
    this.nv.over = {
      image: this.images.labels ?? null,
      lungs: lungs ? seen(LUNG, 0.65) : none,
      lesions: lesions
        ? [none, ...[GROUND_GLASS, CONSOLIDATION, HATCH, EDGE].map((colour) => seen(colour, alpha))] : [],
      fill,
    };
    this.nv.drawScene();
  }

  layout() {
    const wide = this.frame.clientWidth > 620;
    this.nv.setCustomLayout(wide
      ? [
        { sliceType: SLICE_TYPE.AXIAL, position: [0, 0, 0.6, 1] },
        { sliceType: SLICE_TYPE.CORONAL, position: [0.6, 0, 0.4, 0.5] },
        { sliceType: SLICE_TYPE.SAGITTAL, position: [0.6, 0.5, 0.4, 0.5] },
      ]
      : [
        { sliceType: SLICE_TYPE.AXIAL, position: [0, 0, 1, 0.56] },
        { sliceType: SLICE_TYPE.CORONAL, position: [0, 0.56, 0.5, 0.44] },
        { sliceType: SLICE_TYPE.SAGITTAL, position: [0.5, 0.56, 0.5, 0.44] },
      ]);
  }

  /** Column, row and slice of the crosshair on the report's grid. */
  get voxel() {
    if (!this.nv?.volumes.length || this.stage === 'none') {
      return null;
    }
    return this.grid.clamp(this.grid.toVoxel(this.nv.frac2mm(this.nv.scene.crosshairPos, 0, true)));
  }

  /** Where to look at first, unless somebody has looked elsewhere before. */
  begin(voxel) {
    if (!this.before?.voxel) {
      this.goTo(voxel);
    }
  }

  goTo(voxel) {
    this.wanted = voxel;
    if (!this.nv?.volumes.length) {
      return;
    }
    const [x, y, z] = this.grid.toMm(voxel);
    this.nv.scene.crosshairPos = this.nv.mm2frac([x, y, z], 0, true);
    this.nv.createOnLocationChange();
    this.nv.drawScene();
    this.located();
  }

  /** HU of a voxel of the report's grid; of the nearest one there is while only the coarse volume is. */
  hu(voxel) {
    const [i, j, k] = voxel.map((v, a) => Math.min(this.size[a] - 1, Math.round(v / this.step[a])));
    return this.ct[HEADER_SHORTS + (k * this.size[1] + j) * this.size[0] + i];
  }

  index([i, j, k]) {
    return (k * this.grid.size[1] + j) * this.grid.size[0] + i;
  }

  /** Number of the lesion at a voxel, or nearest to it within a few voxels of its slice; 0 for none. */
  lesion([i, j, k]) {
    if (this.components === null) {
      return 0;
    }
    let found = 0;
    let nearest = 11; // squared: a little more than three voxels
    for (let dj = -3; dj <= 3; dj++) {
      for (let di = -3; di <= 3; di++) {
        const inside = i + di >= 0 && i + di < this.grid.size[0] && j + dj >= 0 && j + dj < this.grid.size[1];
        const number = inside ? this.components[this.index([i + di, j + dj, k])] : 0;
        if (number !== 0 && di * di + dj * dj < nearest) {
          nearest = di * di + dj * dj;
          found = number;
        }
      }
    }
    return found;
  }

  /** Draws these lesions as left out, all others as they are. */
  leaveOut(numbers) {
    this.leftOut = new Set(numbers);
    document.getElementById('left-out-legend').hidden = this.leftOut.size === 0;
    if (this.components === null || !this.images.labels) {
      return;
    }
    const changed = new Set([...this.leftOut, ...this.drawnLeftOut ?? []]
      .filter((number) => this.leftOut.has(number) !== Boolean(this.drawnLeftOut?.has(number))));
    if (changed.size > 0) {
      this.drawnLeftOut = this.leftOut;
      this.paint(changed);
      this.nv.drawScene();
      this.located();
    }
  }

  /** Least and greatest voxel of these lesions together; of the whole grid where that is not known. */
  around(numbers) {
    const boxes = [...numbers].map((number) => this.lesionBox(number));
    return boxes.includes(null)
      ? [[0, 0, 0], this.grid.size.map((n) => n - 1)]
      : [0, 1].map((end) => [0, 1, 2].map((a) => Math[end === 0 ? 'min' : 'max'](...boxes.map((box) => box[end][a]))));
  }

  /** Writes the labels of these lesions anew. */
  paint(changed) {
    const numbers = this.components;
    const labels = this.images.labels.img;
    const [from, to] = this.around(changed);
    for (let k = from[2]; k <= to[2]; k++) {
      for (let j = from[1]; j <= to[1]; j++) {
        for (let i = from[0], n = this.index([i, j, k]); i <= to[0]; i++, n++) {
          if (changed.has(numbers[n])) {
            labels[n] = this.leftOut.has(numbers[n]) ? labels[n] | LEFT_OUT : labels[n] & ~LEFT_OUT;
          }
        }
      }
    }
    this.nv.changed(this.images.labels, from[2], to[2]);
  }

  /** Lesion label of a voxel, as measured. */
  label(voxel) {
    return ((this.images.labels?.img[this.index(voxel)] ?? 0) >> LESION_BITS) & 3;
  }

  located() {
    const voxel = this.voxel;
    if (!voxel) {
      return;
    }
    this.wanted = voxel;
    const about = this.step.some((n) => n > 1) ? '≈' : '';
    const shown = this.hover ?? voxel;
    const label = this.label(shown);
    const lesion = label === 0 ? 0 : this.components?.[this.index(shown)] ?? 0;
    const parts = [
      t(this.hover ? 'viewer.pointer' : 'viewer.crosshair'),
      t('viewer.slice', { slice: shown[2] + 1, slices: this.grid.size[2] }),
      `${about}${formatNumber(this.hu(shown), 'HU')} HU`,
      label === 0 ? null : t(label === 1 ? 'groundGlass' : 'consolidation'),
      lesion === 0 ? null : this.lesionName(lesion),
      this.mark ? t('viewer.distance', { mm: this.distance(this.mark, shown).toFixed(1) }) : null,
    ];
    this.root.querySelector('.viewer-values').textContent = parts.filter(Boolean).join(' · ');
    this.onSlice(voxel[2]);
  }

  distance(a, b) {
    const p = this.grid.toMm(a);
    const q = this.grid.toMm(b);
    return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
  }

  /** HU of black and of white. */
  greys() {
    const [centre, width] = this.window;
    return [centre - width / 2, centre + width / 2];
  }

  setWindow(centre, width) {
    this.window = [centre, Math.max(1, width)];
    const ct = this.images.ct;
    if (ct) {
      [ct.cal_min, ct.cal_max] = this.greys();
      this.nv.drawScene();
    }
    this.showWindow();
  }

  /** The mouse has changed the window. */
  windowed() {
    const ct = this.images.ct;
    if (ct) {
      this.window = [(ct.cal_min + ct.cal_max) / 2, ct.cal_max - ct.cal_min];
      this.showWindow();
    }
  }

  showWindow() {
    const [centre, width] = this.window.map(Math.round);
    this.root.querySelector('[name="centre"]').value = centre;
    this.root.querySelector('[name="width"]').value = width;
    for (const button of this.root.querySelectorAll('[data-window]')) {
      const [c, w] = WINDOWS[button.dataset.window];
      button.setAttribute('aria-pressed', String(c === centre && w === width));
    }
  }

  tool(name) {
    const primary = {
      crosshair: DRAG_MODE.crosshair, exclude: DRAG_MODE.crosshair, window: DRAG_MODE.windowing, pan: DRAG_MODE.pan, distance: DRAG_MODE.measurement,
    }[name];
    this.excluding = name === 'exclude';
    this.frame.classList.toggle('excluding', this.excluding);
    this.nv.setMouseEventConfig({
      leftButton: { primary, withShift: DRAG_MODE.pan, withCtrl: DRAG_MODE.windowing },
      rightButton: DRAG_MODE.windowing,
      centerButton: DRAG_MODE.pan,
    });
    this.nv.setTouchEventConfig({ singleTouch: primary, doubleTouch: DRAG_MODE.pan });
    this.nv.opts.dragMode = DRAG_MODE.none;
    for (const input of this.root.querySelectorAll('[name="tool"]')) {
      input.checked = input.value === name;
    }
  }

  zoom(factor) {
    const [x, y, z, scale] = this.nv.scene.pan2Dxyzmm;
    const next = Math.min(12, Math.max(0.5, scale * factor));
    // The crosshair stays where it is on the screen.
    const mm = this.nv.frac2mm(this.nv.scene.crosshairPos);
    const change = next - scale;
    this.nv.setPan2Dxyzmm([x - change * mm[0], y - change * mm[1], z - change * mm[2], next]);
  }

  pan(x, y, z) {
    const p = this.nv.scene.pan2Dxyzmm;
    this.nv.setPan2Dxyzmm([p[0] + x, p[1] + y, p[2] + z, p[3]]);
  }

  reset() {
    this.nv.setPan2Dxyzmm([0, 0, 0, 1]);
    this.nv.clearAllMeasurements();
    this.mark = null;
    this.setWindow(...WINDOWS.lung);
    this.located();
  }

  /** One voxel along an axis of the grid, the way it is on the screen. */
  move(right, down, along) {
    const voxel = this.voxel;
    if (!voxel) {
      return;
    }
    // On the axial picture the patient's left is on the right, the back is down; "along" goes to the feet.
    const wanted = [[1, 0, 0], [0, 1, 0], [0, 0, -1]];
    const steps = [right, down, along];
    const next = voxel.slice();
    this.grid.axes.forEach((axis, a) => {
      const closest = wanted.map((w) => dot(axis, w));
      const w = closest.map(Math.abs).indexOf(Math.max(...closest.map(Math.abs)));
      next[a] += Math.sign(closest[w]) * steps[w];
    });
    this.goTo(this.grid.clamp(next));
  }

  pointed(event) {
    if (!this.nv.volumes.length) {
      return;
    }
    const box = this.canvas.getBoundingClientRect();
    const frac = this.nv.canvasPos2frac([
      (event.clientX - box.left) * this.nv.uiData.dpr, (event.clientY - box.top) * this.nv.uiData.dpr,
    ]);
    this.hover = frac[0] < 0 ? null : this.grid.clamp(this.grid.toVoxel(this.nv.frac2mm(frac, 0, true)));
    this.located();
  }

  /** The lesion at that voxel changes sides. */
  pick(voxel) {
    const number = voxel ? this.lesion(voxel) : 0;
    if (number > 0) {
      this.onLesion(number);
    } else if (this.components !== null) {
      this.say(t('leftOut.nothing'));
    }
  }

  overlay(change) {
    Object.assign(this.show, change);
    this.look();
  }
}

// SPDX-License-Identifier: Apache-2.0
// NiiVue with slices drawn from what was measured itself. NiiVue colours a whole volume anew, and its gradients for 3D
// views with it, whenever a window or an overlay changes. Here HU and labels lie on the graphics card as they are, and
// each pixel gets its colour when it is drawn: windows and overlays change at once, on a third of the memory.
import { NVImage, Niivue } from '/assets/vendor/niivue-0.69.0.js';

const FIRST_UNIT = 11; // of textures; NiiVue uses those from here on only to draw by hand

const LINE = 1.5; // width of outlines, CSS pixels
const HALO = [0.04, 0.05, 0.06, 1]; // about letters, to be read on bright tissue

/**
 * A byte of labels: bits 0 and 1 the lung, 2 and 3 the lesion, 4 whether it is left out. Outlines are found when a pixel
 * is drawn: it lies on one where the label ends within a line's width in the plane that is shown. So they are closed and
 * of one width in each plane, at each zoom and with slices of any thickness.
 */
const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler3D ct;
uniform highp usampler3D labels;
uniform mat4 ctPlace;
uniform mat4 labelsPlace;
uniform vec3 labelsMm;
uniform vec4 lungLine;
uniform vec4 lesionColours[5];
uniform bool fill;
uniform float lineWidth;
uniform vec2 hu;
uniform int axCorSag;
in vec3 texPos;
out vec4 color;

const uint LEFT_OUT = 3u;
const uint LEFT_OUT_LINE = 4u;
const float HATCH_MM = 6.0;

uint labelAt(vec3 at) {
  bool inside = all(greaterThanEqual(at, vec3(0.0))) && all(lessThanEqual(at, vec3(1.0)));
  return inside ? textureLod(labels, at, 0.0).r : 0u;
}

uint lesionOf(uint label) {
  return (label & 16u) != 0u ? LEFT_OUT : (label >> 2) & 3u;
}

void main() {
  float value = texture(ct, (ctPlace * vec4(texPos, 1.0)).xyz).r;
  vec3 shown = vec3(clamp((value - hu.x) / (hu.y - hu.x), 0.0, 1.0));
  vec3 at = (labelsPlace * vec4(texPos, 1.0)).xyz;
  vec3 line = lineWidth * fwidth(texPos);
  uint label = labelAt(at);
  if (label != 0u) {
    uint lesion = lesionOf(label);
    bool lungEnds = false;
    bool lesionEnds = false;
    for (int axis = 0; axis < 3; axis++) {
      if (axis == 2 - axCorSag) {
        continue; // the one across the plane
      }
      vec3 aside = labelsPlace[axis].xyz * line[axis];
      for (float side = -1.0; side < 2.0; side += 2.0) {
        uint there = labelAt(at + side * aside);
        lungEnds = lungEnds || (there & 3u) != (label & 3u);
        lesionEnds = lesionEnds || lesionOf(there) != lesion;
      }
    }
    if (lungEnds) {
      shown = mix(shown, lungLine.rgb, lungLine.a);
    }
    bool hatched = mod(dot(at, labelsMm), HATCH_MM) < HATCH_MM / 3.0;
    bool drawn = lesionEnds || (fill && (lesion != LEFT_OUT || hatched));
    vec4 colour = lesionColours[!drawn ? 0u : lesion == LEFT_OUT && lesionEnds ? LEFT_OUT_LINE : lesion];
    shown = mix(shown, colour.rgb, colour.a);
  }
  color = vec4(shown, 1.0);
}`;

/** Half-precision floats (IEEE 754 binary16) of all 16-bit integers; exact to +-2048, then to 2 or more. */
const HALF = new Uint16Array(65536);
for (let n = 1; n <= 32768; n++) {
  let exponent = Math.floor(Math.log2(n));
  let fraction = Math.round((n / 2 ** exponent - 1) * 1024);
  if (fraction === 1024) {
    exponent++;
    fraction = 0;
  }
  const bits = ((exponent + 15) << 10) | fraction;
  if (n < 32768) {
    HALF[n] = bits;
  }
  HALF[65536 - n] = bits | 0x8000;
}

const UPLOAD_MS = 8; // of work at a time; then whoever uses the page comes first
const UPLOAD_BYTES = 4e6; // at a time, however fast they are taken

/** Until the graphics have done what they were told; what waits goes first: clicks, keys, drawing. */
async function done(gl) {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  do {
    await new Promise((next) => {
      setTimeout(next);
    });
  } while (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.UNSIGNALED);
  gl.deleteSync(fence);
}

/** WebGL calls that allocate, fill or render volumes; what NiiVue would do with them is not looked at. */
const HEAVY = ['texStorage3D', 'texImage3D', 'texSubImage3D', 'framebufferTextureLayer', 'drawArrays'];

function withoutVolumes(gl, work) {
  for (const name of HEAVY) {
    gl[name] = () => {};
  }
  gl.checkFramebufferStatus = () => gl.FRAMEBUFFER_COMPLETE;
  try {
    work();
  } finally {
    for (const name of [...HEAVY, 'checkFramebufferStatus']) {
      delete gl[name]; // the context's own again
    }
  }
}

// NiiVue's statistics over all voxels would stop the page for a second; windows and colours are given here.
NVImage.prototype.calMinMax = function given() {
  Object.assign(this, {
    cal_min: this.hdr.cal_min,
    cal_max: this.hdr.cal_max,
    robust_min: this.hdr.cal_min,
    robust_max: this.hdr.cal_max,
    global_min: -32768,
    global_max: 32767,
  });
  return [this.cal_min, this.cal_max, this.global_min, this.global_max];
};

export class Planes extends Niivue {
  /** Textures by image, whole ones only. */
  textures = new Map();

  /** Uploads by image, those under way and those done. */
  uploads = new Map();

  base = null;

  /**
   * What lies over the CT: the volume of labels, and colours (RGBA, 0 to 1) of the lungs' outline and of lesions by their
   * label, then of the hatching and of the outline of those left out; what is not given cannot be seen.
   */
  over = { image: null, lungs: [], lesions: [], fill: true };

  asked = false;

  async attachToCanvas(...options) {
    await super.attachToCanvas(...options);
    const gl = this.gl;
    this.setCustomSliceShader(FRAGMENT);
    const program = this.customSliceShader.program;
    this.places = (name) => gl.getUniformLocation(program, name);
    this.empty = this.texture(FIRST_UNIT + 1, gl.R8UI, [1, 1, 1], gl.NEAREST);
    gl.useProgram(program);
    ['ct', 'labels'].forEach((name, n) => gl.uniform1i(this.places(name), FIRST_UNIT + n));
    return this;
  }

  texture(unit, format, [columns, rows, slices], filter) {
    const gl = this.gl;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_3D, texture);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R]) {
      gl.texParameteri(gl.TEXTURE_3D, side, gl.CLAMP_TO_EDGE);
    }
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, filter);
    gl.texStorage3D(gl.TEXTURE_3D, 1, format, columns, rows, slices);
    return texture;
  }

  /** Geometry is NiiVue's; the voxels are there already, by `upload`. */
  refreshLayers(image, layer) {
    if (layer === 0 && this.base !== image) {
      withoutVolumes(this.gl, () => super.refreshLayers(image, layer));
      this.release(this.base);
      this.base = image;
    }
  }

  release(image) {
    this.gl.deleteTexture(this.textures.get(image) ?? null);
    this.textures.delete(image);
    this.uploads.delete(image);
  }

  /** Brings an image's voxels to the graphics card as they are, once, piece by piece; settles when all are there. */
  upload(image) {
    if (!this.uploads.has(image)) {
      this.uploads.set(image, this.uploadNow(image));
    }
    return this.uploads.get(image);
  }

  async uploadNow(image) {
    const gl = this.gl;
    const [columns, rows, slices] = image.hdr.dims.slice(1, 4);
    const labels = image.img instanceof Uint8Array;
    const texture = this.texture(
      FIRST_UNIT, labels ? gl.R8UI : gl.R16F, [columns, rows, slices], labels ? gl.NEAREST : gl.LINEAR);
    const bytes = columns * rows * image.img.BYTES_PER_ELEMENT;
    let start = performance.now();
    let sent = 0;
    for (let k = 0; k < slices; k++) {
      this.send(texture, image, k, 1);
      sent += bytes;
      if (sent > UPLOAD_BYTES || performance.now() - start > UPLOAD_MS) {
        await done(gl); // what is told faster than it is done would stop the page in the end
        start = performance.now();
        sent = 0;
      }
    }
    this.textures.set(image, texture);
  }

  /** Slices of an image that is there already have changed. */
  changed(image, first, last) {
    if (this.textures.has(image)) {
      this.send(this.textures.get(image), image, first, last - first + 1);
    } else if (this.uploads.has(image)) {
      this.uploads.get(image).then(() => this.changed(image, first, last));
    }
  }

  send(texture, image, first, slices) {
    const gl = this.gl;
    const [columns, rows] = image.hdr.dims.slice(1, 3);
    const voxels = image.img.subarray(first * columns * rows, (first + slices) * columns * rows);
    gl.activeTexture(gl.TEXTURE0 + FIRST_UNIT);
    gl.bindTexture(gl.TEXTURE_3D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    if (voxels instanceof Uint8Array) {
      gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, first, columns, rows, slices, gl.RED_INTEGER, gl.UNSIGNED_BYTE, voxels);
    } else {
      const halves = new Uint16Array(voxels.length);
      for (let n = 0; n < voxels.length; n++) {
        halves[n] = HALF[voxels[n] & 0xffff];
      }
      gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, first, columns, rows, slices, gl.RED, gl.HALF_FLOAT, halves);
    }
  }

  /**
   * From places in the CT's box, as NiiVue has them (0 to 1, towards right, front and head), to those in an image's
   * texture: by way of the patient, so that a coarse CT and fine labels fit.
   */
  place(image) {
    const corner = (x, y, z) => this.frac2mm([x, y, z], 0, true);
    const origin = corner(0, 0, 0);
    const box = [corner(1, 0, 0), corner(0, 1, 0), corner(0, 0, 1)].map((end) => [0, 1, 2].map((d) => end[d] - origin[d]));
    // Rows of the inverse of the image's axes: their cross products over their volume.
    const axes = [0, 1, 2].map((a) => [0, 1, 2].map((d) => image.hdr.affine[d][a]));
    const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const volume = dot(axes[0], cross(axes[1], axes[2]));
    const inverse = [cross(axes[1], axes[2]), cross(axes[2], axes[0]), cross(axes[0], axes[1])]
      .map((row) => row.map((v) => v / volume));
    const offset = [0, 1, 2].map((d) => origin[d] - image.hdr.affine[d][3]);
    const matrix = new Float32Array(16);
    for (let a = 0; a < 3; a++) {
      const size = image.hdr.dims[a + 1];
      box.forEach((side, column) => {
        matrix[4 * column + a] = dot(inverse[a], side) / size;
      });
      matrix[12 + a] = (dot(inverse[a], offset) + 0.5) / size;
    }
    matrix[15] = 1;
    return matrix;
  }

  /** One picture for what happens in one go, however often it is asked for: a press of the mouse alone asks twice, and each waits for the graphics. */
  drawScene() {
    if (!this.asked) {
      this.asked = true;
      queueMicrotask(() => this.asked && this.drawNow());
    }
  }

  drawNow() {
    this.asked = false;
    if (this.volumes.length > 0 && this.textures.has(this.volumes[0])) {
      this.dress();
    }
    super.drawScene();
  }

  /** NiiVue draws again when a button goes up, though only the end of a drag changes the picture. */
  mouseUpListener() {
    const dragged = this.uiData.isDragging;
    super.mouseUpListener();
    this.asked &&= dragged;
  }

  /** NiiVue tells of each new window but one: that of a drag. */
  windowingHandler(...drag) {
    super.windowingHandler(...drag);
    this.onIntensityChange(this.volumes[0]);
  }

  drawText([x, y], text, scale = 1, colour = null) {
    for (let turn = 0; turn < 8; turn++) {
      const [right, down] = [Math.cos, Math.sin].map((f) => 2 * this.uiData.dpr * f((turn * Math.PI) / 4));
      super.drawText([x + right, y + down], text, scale, HALO);
    }
    super.drawText([x, y], text, scale, colour);
  }

  /** Tells the shader what to draw. */
  dress() {
    const gl = this.gl;
    const [ct] = this.volumes;
    gl.useProgram(this.customSliceShader.program);
    gl.uniform2f(this.places('hu'), ct.cal_min, ct.cal_max);
    this.bind(FIRST_UNIT, 'ct', ct);
    const { image, lungs, lesions, fill } = this.over;
    const colours = (name, size, given) => {
      const values = new Float32Array(4 * size);
      values.set(given.flat());
      gl.uniform4fv(this.places(name), values);
    };
    colours('lungLine', 1, [lungs]);
    colours('lesionColours', 5, lesions);
    gl.uniform1i(this.places('fill'), fill);
    gl.uniform1f(this.places('lineWidth'), LINE * this.uiData.dpr);
    if (image && this.textures.has(image)) {
      const { dims, pixDims } = image.hdr;
      gl.uniform3f(this.places('labelsMm'), ...[1, 2, 3].map((axis) => dims[axis] * pixDims[axis]));
      this.bind(FIRST_UNIT + 1, 'labels', image);
    } else {
      gl.activeTexture(gl.TEXTURE0 + FIRST_UNIT + 1);
      gl.bindTexture(gl.TEXTURE_3D, this.empty);
    }
  }

  bind(unit, name, image) {
    const gl = this.gl;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_3D, this.textures.get(image));
    gl.uniformMatrix4fv(this.places(`${name}Place`), false, this.place(image));
  }
}

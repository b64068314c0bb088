// SPDX-License-Identifier: Apache-2.0
// What the page uses of NiiVue.
export { DRAG_MODE, NVImage, Niivue, SHOW_RENDER, SLICE_TYPE } from '@niivue/niivue';

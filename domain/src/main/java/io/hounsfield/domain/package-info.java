// SPDX-License-Identifier: Apache-2.0
/**
 * The nouns of lung CT quantification: geometry, voxels, labels, measurements and reports. This
 * package depends on the JDK alone and every other module speaks in its types.
 */
package io.hounsfield.domain;

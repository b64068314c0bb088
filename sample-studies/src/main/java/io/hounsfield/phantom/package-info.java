// SPDX-License-Identifier: Apache-2.0
/**
 * Chest CT phantoms: generated series whose lungs and lesions are known voxel by voxel. No patient
 * data of any kind goes in.
 */
package io.hounsfield.phantom;

# SPDX-License-Identifier: Apache-2.0
"""Self-test without data: python -m unittest discover -s models/training"""
import copy
import unittest

import cv2
import numpy as np
import torch

import augment
import export
import pseudo
from crossvalidate import calibration
from data import GRID, clahe, clahe_picture, service_picture, to_grid
from restore import make_pair
from train import Optimiser, Source, dice, hu_weights, scaled, section, segmentation_loss, without_texture
from unet import UNet


def chest() -> np.ndarray:
    """A block of tissue with two aerated ellipses and a bright table, 12 slices."""
    yy, xx = np.mgrid[:GRID, :GRID]
    hu = np.full((GRID, GRID), -1000.0)
    hu[((yy - 120) / 80) ** 2 + ((xx - 128) / 105) ** 2 < 1] = 40
    for centre in (80, 176):
        hu[((yy - 120) / 55) ** 2 + ((xx - centre) / 32) ** 2 < 1] = -850
    hu[230:236, 30:220] = 300
    return np.repeat(hu[None], 12, 0).astype(np.int16)


def both(hu: np.ndarray) -> torch.Tensor:
    return scaled(hu, np.stack([service_picture(s) for s in hu]))


class Training(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)

    def test_classical_label_finds_both_lungs_and_not_the_air_beside_the_body(self):
        hu = chest()
        label = pseudo.lung_label(hu, (5.0, 1.4, 1.4))
        lung = (label == 1) | (label == pseudo.UNSURE_LUNG)
        self.assertGreater(dice(lung, hu == -850), 0.97)
        self.assertFalse(lung[:, 236:].any())

    def test_a_batch_and_a_pair_follow_from_the_seed(self):
        hu = chest()
        image, label = both(hu), torch.from_numpy((hu == -850).astype(np.uint8))
        twice = [augment.geometry(image, label, torch.Generator().manual_seed(3)) for _ in range(2)]
        self.assertTrue(torch.equal(twice[0][0], twice[1][0]) and torch.equal(twice[0][1], twice[1][1]))
        pairs = [make_pair(np.random.default_rng(5), hu[0], hu[0] == -850) for _ in range(2)]
        np.testing.assert_array_equal(pairs[0][0], pairs[1][0])

    def test_geometry_moves_image_and_label_alike(self):
        hu = chest()
        image, label = augment.geometry(both(hu), torch.from_numpy((hu == -850).astype(np.uint8)), torch.Generator().manual_seed(4))
        lung_value = float(scaled(np.array([[[-850]]], np.int16), np.zeros((1, 1, 1)))[0, 0])
        self.assertLess(float((image[:, 0][label == 1] - lung_value).abs().median()), 1e-3)

    def test_unknown_voxels_do_not_count_and_unsure_ones_take_either_class(self):
        label = torch.full((1, 8, 8), pseudo.UNKNOWN, dtype=torch.uint8)
        label[:, :4] = 0
        good = torch.zeros(1, 3, 8, 8)
        good[:, 0] = 9
        wild = good.clone()
        wild[:, 2, 4:] = 50
        self.assertAlmostEqual(float(segmentation_loss(good, label)), float(segmentation_loss(wild, label)), places=4)
        label[:, :4] = pseudo.UNSURE_LUNG
        lung, lesion = torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8)
        lung[:, 1], lesion[:, 2] = 9, 9
        self.assertAlmostEqual(float(segmentation_loss(lung, label)), float(segmentation_loss(lesion, label)), places=3)

    def test_a_false_positive_costs_more_in_a_slice_without_lesion(self):
        label = torch.ones(2, 64, 64, dtype=torch.uint8)
        label[0, :32] = 2
        right = torch.nn.functional.one_hot(label.long(), 3).permute(0, 3, 1, 2) * 9.0
        beside, alone = right.clone(), right.clone()
        beside[0, :, 32:36] = torch.tensor([0.0, 0.0, 9.0])[:, None, None]
        alone[1, :, 32:36] = torch.tensor([0.0, 0.0, 9.0])[:, None, None]
        self.assertGreater(float(segmentation_loss(alone, label)), float(segmentation_loss(beside, label)) + 0.2)

    def test_the_optimiser_moves_every_weight_and_goes_on_from_its_state(self):
        config = {"rate": 0.003, "matrixRate": 0.05, "weightDecay": 0.0005}
        image, label = both(chest()[:2]), torch.from_numpy((chest()[:2] == -850).astype(np.uint8))

        def stepped(net: UNet, optimiser: Optimiser) -> UNet:
            segmentation_loss(net(image), label).backward()
            optimiser.step(net, 1.0)
            return net

        def fresh() -> UNet:
            torch.manual_seed(2)
            return UNet(2, 3, 8, 3).to(memory_format=torch.channels_last)

        before, net, again = fresh(), fresh(), fresh()
        optimiser, second = Optimiser(net, config), Optimiser(again, config)
        stepped(net, optimiser)
        self.assertFalse([name for (name, p), old in zip(net.named_parameters(), before.parameters()) if torch.equal(p, old)])
        again.load_state_dict(net.state_dict())
        second.load_state_dict(copy.deepcopy(optimiser.state_dict()))
        for p, q in zip(stepped(net, optimiser).parameters(), stepped(again, second).parameters()):
            self.assertTrue(torch.equal(p, q))

    def test_a_pasted_lesion_falls_on_healthy_lung_alone(self):
        hu = chest()[:1]
        label = np.where(hu == -850, 1, 0).astype(np.uint8)
        ill_hu, ill_label = hu.copy(), label.copy()
        ill_label[(label == 1) & (np.mgrid[:GRID, :GRID][0] > 130)] = 2
        ill_hu[ill_label == 2] = -300
        source = Source.__new__(Source)
        source.hu, source.label, source.picture, source.weight = ill_hu, ill_label, np.zeros(hu.shape, np.uint8), np.ones(1)
        for seed in range(5):
            new_hu, picture, new_label = source.with_lesions_of_another(np.random.default_rng(seed), hu[0], np.full(hu[0].shape, 90, np.uint8), label[0])
            changed = new_label != label[0]
            self.assertGreater(int(changed.sum()), 300)
            self.assertTrue((label[0][changed] == 1).all() and (new_label[changed] == 2).all())
            np.testing.assert_array_equal(new_hu[label[0] == 0], hu[0][label[0] == 0])
            self.assertLess(float(np.median(new_hu[changed])), -250)
            self.assertGreater(float(np.median(new_hu[changed])), -350)
            self.assertEqual((new_hu.dtype, picture.dtype, float(np.median(picture[changed]))), (np.int16, np.uint8, 0.0))

    def test_hu_slices_are_drawn_by_the_share_of_their_series(self):
        group = np.array(["a", "a", "a", "phantom-1", "phantom-12", "phantom-2", "b"])
        known = np.array([True, True, False, True, True, True, True])
        weight = hu_weights(group, known, {"huShare": {"a": 0.4, "phantom": 0.5, "other": 0.1}, "unusedSeries": ["phantom-12"]})
        np.testing.assert_allclose(weight, [0.2, 0.2, 0, 0.25, 0, 0.25, 0.1])
        everything = hu_weights(group, known, {"huShare": {"a": 0, "phantom": 0.75, "other": 0.25}, "unusedSeries": []})
        np.testing.assert_allclose(everything, [0, 0, 0, 0.25, 0.25, 0.25, 0.25])

    def test_a_plain_slice_keeps_its_shapes_alone(self):
        hu, label = np.full((256, 256), -1000, np.int16), np.zeros((256, 256), np.uint8)
        hu[50:200, 30:220], hu[80:170, 50:200], hu[100:140, 60:100] = 40, -850, -500
        label[80:170, 50:200], label[100:140, 60:100] = 1, 2
        plain = without_texture(np.random.default_rng(3), hu, label)
        part = lambda value: float(plain[cv2.erode((label == value).astype(np.uint8), np.ones((7, 7))) > 0].mean())
        self.assertAlmostEqual(part(2), -500, delta=3)
        self.assertTrue(-925 < part(1) < -675)
        self.assertAlmostEqual(float(plain[:40].mean()), -1000, delta=3)
        self.assertTrue(-5 < float(plain[56:74, 40:210].mean()) < 65)

    def test_a_run_takes_what_its_section_changes(self):
        config = {"folds": [["a"], ["b"]], "fold": {"seed": 1, "steps": 5, "rate": 2}, "final": {"seed": 2, "steps": 7}, "polished": {"as": "final", "seed": 3}}
        self.assertEqual(section(config, "fold-1")["heldOut"], ["b"])
        self.assertEqual([section(config, "polished")[k] for k in ("seed", "steps", "rate")], [3, 7, 2])
        with self.assertRaises(KeyError):
            section({**config, "polished": {"as": "fnal"}}, "polished")

    def test_only_a_fully_known_slice_without_effusion_is_drawn_plainly(self):
        source, rng = Source.__new__(Source), np.random.default_rng(5)
        hu, label = np.full((256, 256), -1000, np.int16), np.zeros((256, 256), np.uint8)
        source.config = {"withoutTexture": 1}
        self.assertIsNotNone(source.plain(rng, hu, label, "phantom-1001-lobar-20"))
        self.assertIsNone(source.plain(rng, hu, label, "phantom-1004-lobar-35-effusion"))
        self.assertIsNone(source.plain(rng, hu, np.full_like(label, pseudo.UNKNOWN)))
        source.config = {"withoutTexture": 0}
        self.assertIsNone(source.plain(rng, hu, label))

    def test_a_weaker_intensity_changes_less(self):
        image = both(chest())[:, :1]
        change = [float((augment.intensity(image, torch.Generator().manual_seed(6), s) - image).abs().mean()) for s in (0.3, 1.0)]
        self.assertLess(change[0], 0.6 * change[1])

    def test_picture_uses_the_whole_range_and_ignores_a_shift_of_all_hu(self):
        hu = chest()[0]
        np.testing.assert_array_equal(clahe_picture(hu), clahe_picture(hu + 100))

    def network(self, inputs: int, outputs: int) -> UNet:
        net = UNet(inputs, outputs, 8, 4)
        for p in net.parameters():
            torch.nn.init.normal_(p, 0, 0.3)
        net(torch.rand(4, inputs, GRID, GRID))
        return net.eval()

    def test_the_graph_makes_the_picture_that_opencv_makes(self):
        rng = np.random.default_rng(7)
        for grey in (rng.integers(0, 256, (3, GRID, GRID)), np.zeros((1, GRID, GRID)), rng.normal(100, 3, (2, GRID, GRID)).clip(0, 255)):
            grey = grey.astype(np.uint8)
            made = export.Clahe()(torch.from_numpy(grey.astype(np.float32))).numpy()
            np.testing.assert_array_equal(made, np.stack([clahe(g) for g in grey]))

    def test_exported_graph_equals_the_network_and_takes_any_size(self):
        net = self.network(2, 3)
        hu = np.random.default_rng(2).integers(-1200, 400, (4, GRID, GRID)).astype(np.int32)
        with torch.no_grad():
            p = net(both(to_grid(hu))).softmax(1)
        graph = export.frozen(export.SliceSegmenter(export.traced(export.folded(net, True), 2, False), False))
        label, evidence = graph(torch.from_numpy(hu))
        self.assertGreater(float((label == p.argmax(1).byte()).float().mean()), 0.999)
        expected = torch.stack([(p[:, 1] + p[:, 2]).sum((1, 2)), p[:, 2].sum((1, 2)), (p[:, 2] * (1 - p[:, 2])).sum((1, 2))], 1)
        self.assertLess(float((evidence / expected - 1).abs().max()), 1e-3)
        for size in ((1, 512, 512), (3, 300, 300), (2, 100, 100), (1, 512, 640)):
            self.assertEqual(tuple(graph(torch.zeros(size, dtype=torch.int32))[0].shape), size)

    def test_exported_graph_of_pictures_restores_and_segments(self):
        first, second = self.network(1, 1), self.network(2, 3)
        grey = np.random.default_rng(3).integers(0, 256, (2, GRID, GRID))
        with torch.no_grad():
            picture = torch.from_numpy(grey.astype(np.float32) / 255)[:, None]
            expected = second(torch.cat([first(picture).clamp(0, 1), picture], 1)).argmax(1)
        graph = export.frozen(export.PictureSegmenter(export.traced(export.folded(first, False), 1, False), export.traced(export.folded(second, True), 2, False), False))
        self.assertGreater(float((graph(torch.from_numpy(grey.astype(np.int32)))[0] == expected).float().mean()), 0.99)

    def test_calibration_covers_nine_of_ten_and_follows_the_spread(self):
        rng = np.random.default_rng(4)
        rows = [{"spread": x, "percentReference": 10.0, "percentMeasured": 10 + float(rng.normal(0, 1 + x))} for x in rng.uniform(0, 5, 400)]
        line = calibration(rows)
        inside = np.mean([abs(r["percentMeasured"] - 10) <= line["intercept"] + line["slope"] * r["spread"] for r in rows])
        self.assertAlmostEqual(float(inside), 0.9, delta=0.01)
        self.assertAlmostEqual(line["slope"], 1.64, delta=0.35)

    def test_a_crop_holds_the_lungs(self):
        hu = chest()
        image, label = both(hu), torch.from_numpy((hu == -850).astype(np.uint8))
        cut, mask = augment.crop(image, label, 192, torch.Generator().manual_seed(8))
        self.assertEqual((tuple(cut.shape[2:]), tuple(mask.shape[1:])), ((192, 192), (192, 192)))
        self.assertGreater(float(mask.sum() / label.sum()), 0.9)


if __name__ == "__main__":
    unittest.main()

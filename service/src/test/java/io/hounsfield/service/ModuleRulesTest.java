// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** One way through the house: which module may use which, as docs/ARCHITECTURE.md says. */
@AnalyzeClasses(packages = "io.hounsfield", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {

  @ArchTest
  static final ArchRule MODULES =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("domain")
          .definedBy("io.hounsfield.domain..")
          .layer("dicom")
          .definedBy("io.hounsfield.dicom..")
          .layer("listener")
          .definedBy("io.hounsfield.listener..")
          .layer("preprocess")
          .definedBy("io.hounsfield.preprocess..")
          .layer("inference")
          .definedBy("io.hounsfield.inference..")
          .layer("quantify")
          .definedBy("io.hounsfield.quantify..")
          .layer("phantom")
          .definedBy("io.hounsfield.phantom..")
          .layer("report")
          .definedBy("io.hounsfield.report..", "io.hounsfield.api..")
          .layer("results")
          .definedBy("io.hounsfield.results..")
          .layer("delivery")
          .definedBy("io.hounsfield.delivery..")
          .layer("dicomweb")
          .definedBy("io.hounsfield.dicomweb..")
          .layer("service")
          .definedBy("io.hounsfield.service..")
          .whereLayer("domain")
          .mayNotAccessAnyLayer()
          .whereLayer("dicom")
          .mayNotAccessAnyLayer()
          .whereLayer("listener")
          .mayOnlyAccessLayers("dicom")
          .whereLayer("preprocess")
          .mayOnlyAccessLayers("dicom", "domain")
          .whereLayer("inference")
          .mayOnlyAccessLayers("domain")
          .whereLayer("quantify")
          .mayOnlyAccessLayers("domain")
          .whereLayer("phantom")
          .mayOnlyAccessLayers("dicom", "domain")
          .whereLayer("report")
          .mayOnlyAccessLayers("dicom", "domain")
          .whereLayer("results")
          .mayOnlyAccessLayers("dicom", "domain")
          .whereLayer("delivery")
          .mayOnlyAccessLayers("dicom", "listener")
          .whereLayer("dicomweb")
          .mayOnlyAccessLayers("dicom", "listener");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.hounsfield.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_CYCLES_WITHIN_THE_SERVICE =
      slices().matching("io.hounsfield.service.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule DJL_STAYS_IN_INFERENCE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.hounsfield.inference..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule VERTX_STAYS_AT_THE_EDGES =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.hounsfield.listener..",
              "io.hounsfield.api..",
              "io.hounsfield.dicomweb..",
              "io.hounsfield.delivery..",
              "io.hounsfield.service..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx..");

  @ArchTest
  static final ArchRule THE_PIPELINE_KNOWS_NO_STORE_AND_NO_CONFIGURATION =
      noClasses()
          .that()
          .resideInAPackage("io.hounsfield.service.pipeline..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.hounsfield.service.store..", "io.hounsfield.service.config..");

  @ArchTest
  static final ArchRule THE_DOMAIN_NEEDS_THE_JDK_ALONE =
      noClasses()
          .that()
          .resideInAPackage("io.hounsfield.domain..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.hounsfield.domain..", "java..");
}

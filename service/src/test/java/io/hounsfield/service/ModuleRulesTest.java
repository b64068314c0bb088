// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;

/**
 * One way through the house: which module may use which, as docs/ARCHITECTURE.md says. Rules are
 * methods: Surefire from 3.5.3 on passes over those that are fields (TNG/ArchUnit issue 1442).
 */
@AnalyzeClasses(packages = "io.hounsfield", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {

  @ArchTest
  static void modules(JavaClasses classes) {
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
        .mayOnlyAccessLayers("dicom", "listener")
        .check(classes);
  }

  @ArchTest
  static void noCycles(JavaClasses classes) {
    slices().matching("io.hounsfield.(*)..").should().beFreeOfCycles().check(classes);
  }

  @ArchTest
  static void noCyclesWithinTheService(JavaClasses classes) {
    slices().matching("io.hounsfield.service.(*)..").should().beFreeOfCycles().check(classes);
  }

  @ArchTest
  static void djlStaysInInference(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.hounsfield.inference..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(classes);
  }

  @ArchTest
  static void vertxStaysAtTheEdges(JavaClasses classes) {
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
        .resideInAPackage("io.vertx..")
        .check(classes);
  }

  @ArchTest
  static void thePipelineKnowsNoStoreAndNoConfiguration(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAPackage("io.hounsfield.service.pipeline..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.hounsfield.service.store..", "io.hounsfield.service.config..")
        .check(classes);
  }

  @ArchTest
  static void theDomainNeedsTheJdkAlone(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAPackage("io.hounsfield.domain..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("io.hounsfield.domain..", "java..")
        .check(classes);
  }
}

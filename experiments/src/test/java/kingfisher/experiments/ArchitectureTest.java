package kingfisher.experiments;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The arrows between the modules, proto → envs → agents → experiments and optim → agents → experiments, and the rules that
 * hold in all of them. The classes are those of the build, without tests.
 */
class ArchitectureTest {
    private static final String OPTIM = "kingfisher.optim..";
    private static final String ENVS = "kingfisher.envs..";
    private static final String AGENTS = "kingfisher.agents..";
    private static final String EXPERIMENTS = "kingfisher.experiments..";
    private static final String ND4J_BACKEND = "kingfisher.optim.backend.nd4j..";
    private static final String CPU_BACKEND = "kingfisher.optim.backend.cpu..";
    private static final List<String> MAINS = List.of("kingfisher.agents.cli.Main", "kingfisher.experiments.cli.Main");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("kingfisher");

    /** What {@code protoc} generates: the packages that belong to no other module. */
    private static DescribedPredicate<JavaClass> proto() {
        return resideInAPackage("kingfisher..")
                .and(DescribedPredicate.not(resideInAnyPackage(OPTIM, ENVS, AGENTS, EXPERIMENTS)))
                .as("proto");
    }

    @ParameterizedTest
    @ValueSource(strings = {OPTIM, ENVS, AGENTS, EXPERIMENTS, ND4J_BACKEND, CPU_BACKEND})
    void thereAreClassesToCheckInEveryModule(String module) {
        assertThat(CLASSES.that(resideInAPackage(module))).hasSizeGreaterThan(1);
    }

    @Test
    void thereAreGeneratedClassesToCheck() {
        assertThat(CLASSES.that(proto())).isNotEmpty();
    }

    @Test
    void testsAreNotAmongTheClasses() {
        assertThat(CLASSES.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void modulesDependAlongTheArrowsOnly() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("kingfisher..")
                .layer("proto")
                .definedBy(proto())
                .layer("optim")
                .definedBy(OPTIM)
                .layer("envs")
                .definedBy(ENVS)
                .layer("agents")
                .definedBy(AGENTS)
                .layer("experiments")
                .definedBy(EXPERIMENTS)
                .whereLayer("proto")
                .mayNotAccessAnyLayer()
                .whereLayer("optim")
                .mayNotAccessAnyLayer()
                .whereLayer("envs")
                .mayOnlyAccessLayers("proto")
                .whereLayer("agents")
                .mayOnlyAccessLayers("proto", "optim", "envs")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("kingfisher.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void randomNumbersComeFromGeneratorsWithASeedAndAState() {
        // tokens, and seeds of those who name none, come from the operating system
        noClasses()
                .should()
                .dependOnClassesThat(
                        assignableTo(Random.class).and(DescribedPredicate.not(assignableTo(SecureRandom.class))))
                .check(CLASSES);
        noClasses().should().callMethod(Math.class, "random").check(CLASSES);
        noClasses().should().callMethod(StrictMath.class, "random").check(CLASSES);
    }

    @Test
    void noStateIsStatic() {
        fields().that()
                .areDeclaredInClassesThat(DescribedPredicate.not(proto()))
                .and()
                .areStatic()
                .should()
                .beFinal()
                .check(CLASSES);
    }

    @Test
    void onlyMainsEndTheProcess() {
        ArchRule rule = noClasses()
                .that()
                .doNotHaveFullyQualifiedName(MAINS.get(0))
                .and()
                .doNotHaveFullyQualifiedName(MAINS.get(1))
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class);
        rule.check(CLASSES);
        assertThat(MAINS)
                .allSatisfy(main -> assertThat(CLASSES.get(main).getMethodCallsFromSelf())
                        .as(main)
                        .anyMatch(call -> call.getTarget().getFullName().equals("java.lang.System.exit(int)")));
    }

    @Test
    void nd4jIsUsedInItsBackendOnly() {
        isUsedOnlyIn("org.nd4j..", ND4J_BACKEND);
    }

    @Test
    void netlibIsUsedInTheCpuBackendOnly() {
        isUsedOnlyIn("dev.ludovic.netlib..", CPU_BACKEND);
    }

    private static void isUsedOnlyIn(String library, String home) {
        noClasses()
                .that()
                .resideOutsideOfPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
        ArchRule notEvenThere = noClasses()
                .that()
                .resideInAPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
        assertThatThrownBy(() -> notEvenThere.check(CLASSES)).isInstanceOf(AssertionError.class);
    }
}

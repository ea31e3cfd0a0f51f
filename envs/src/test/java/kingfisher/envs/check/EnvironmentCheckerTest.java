package kingfisher.envs.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.FakeEnvironment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.SnapshotWriter;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.registry.EnvironmentRegistration;
import kingfisher.envs.registry.Environments;
import org.junit.jupiter.api.Test;

/** Each test breaks one thing of an environment that is right. */
class EnvironmentCheckerTest {

    @Test
    void aRightEnvironmentHasNoFindings() {
        assertThat(EnvironmentChecker.check(FakeEnvironment::new)).isEmpty();
    }

    @Test
    void noRegisteredEnvironmentHasFindings() {
        for (EnvironmentRegistration registration : Environments.registrations()) {
            assertThat(EnvironmentChecker.check(() -> Environments.create(registration.id(), Map.of())))
                    .as(registration.id())
                    .isEmpty();
        }
    }

    @Test
    void aSharedEnvironment() {
        Environment shared = new FakeEnvironment();

        assertError(() -> shared, "the same environment twice");
    }

    @Test
    void aSpecificationThatChanges() {
        assertError(
                () -> new FakeEnvironment() {
                    @Override
                    public EnvironmentSpecification specification() {
                        return super.specification().withTimeLimit(50 + elapsed + (generator == null ? 0 : 1));
                    }
                },
                "the specification changed");
    }

    @Test
    void specificationsThatDiffer() {
        int[] made = {0};

        assertError(
                () -> {
                    int number = made[0]++;
                    return new FakeEnvironment() {
                        @Override
                        public EnvironmentSpecification specification() {
                            return super.specification().withRewardThreshold(number);
                        }
                    };
                },
                "differ in their specification");
    }

    @Test
    void aStepBeforeTheReset() {
        assertWarning(
                () -> new FakeEnvironment() {
                    @Override
                    public TimeStep step(double[] action) {
                        if (generator == null) {
                            reset(0);
                        }
                        return super.step(action);
                    }
                },
                "a step before the first reset is accepted");
        assertWarning(
                () -> new FakeEnvironment() {
                    @Override
                    public TimeStep step(double[] action) {
                        if (generator == null) {
                            throw new ArithmeticException("oops");
                        }
                        return super.step(action);
                    }
                },
                "instead of IllegalStateException");
    }

    @Test
    void closingThatFailsTheSecondTime() {
        assertError(
                () -> new FakeEnvironment() {
                    private boolean closed;

                    @Override
                    public void close() {
                        if (closed) {
                            throw new IllegalStateException("closed already");
                        }
                        closed = true;
                    }
                },
                "closing twice must do nothing");
    }

    @Test
    void stateLeftOverFromTheEpisodeBefore() {
        assertError(
                () -> new FakeEnvironment() {
                    private double drift;

                    @Override
                    protected double reward() {
                        drift += 0.001;
                        return drift;
                    }
                },
                "in the same environment: at step 1, reward",
                "leaves state of the episodes before");
    }

    @Test
    void randomnessThatTheSeedDoesNotDecide() {
        int[] made = {0};

        assertError(
                () -> {
                    double offset = made[0]++;
                    return new FakeEnvironment() {
                        @Override
                        protected double reward() {
                            return offset;
                        }
                    };
                },
                "in two environments",
                "static state, the clock");
    }

    @Test
    void aSeedThatIsNotUsed() {
        assertWarning(
                () -> new FakeEnvironment() {
                    @Override
                    public double[] reset(long seed) {
                        return super.reset(1);
                    }
                },
                "the seeds 123 and 456 give the same");
    }

    @Test
    void aResetThatSeedsAgain() {
        assertWarning(
                () -> new FakeEnvironment() {
                    private long first;

                    @Override
                    public double[] reset(long seed) {
                        first = seed;
                        return super.reset(seed);
                    }

                    @Override
                    public double[] reset() {
                        if (generator != null) {
                            generator = new Pcg64(first);
                        }
                        return super.reset();
                    }
                },
                "repeats the start of the seeded one");
    }

    @Test
    void observationsOfTheWrongLength() {
        assertError(observing(where -> new double[] {where, where}), "of 2 numbers", "has 1");
    }

    @Test
    void observationsThatAreNotFinite() {
        assertError(observing(where -> new double[] {where > 0.5 ? Double.NaN : where}), "not finite: [NaN]");
    }

    @Test
    void observationsOutsideTheSpace() {
        assertError(observing(where -> new double[] {2 + where}), "outside the observation space Box(-1.0, 1.0");
    }

    @Test
    void observationsThatAreNotOfTheirType() {
        assertWarning(
                () -> new FakeEnvironment() {
                    @Override
                    public EnvironmentSpecification specification() {
                        return new EnvironmentSpecification(
                                "Fake-v0",
                                BoxSpace.uniform(1, -1, 1, ElementType.FLOAT32),
                                new DiscreteSpace(2),
                                OptionalInt.of(50),
                                OptionalDouble.empty());
                    }
                },
                "not made of float32 numbers");
    }

    @Test
    void aRewardThatIsNotFinite() {
        assertError(
                () -> new FakeEnvironment() {
                    @Override
                    protected double reward() {
                        return position > 0.3 ? Double.POSITIVE_INFINITY : 0;
                    }
                },
                "a reward is Infinity");
    }

    @Test
    void anObservationArrayThatIsUsedAgain() {
        double[] shared = new double[1];

        assertError(
                observing(where -> {
                    shared[0] = where;
                    return shared;
                }),
                "changes the observation returned before it");
    }

    @Test
    void anActionThatIsModified() {
        assertError(
                () -> new FakeEnvironment() {
                    @Override
                    public TimeStep step(double[] action) {
                        TimeStep step = super.step(action);
                        action[0] = 9;
                        return step;
                    }
                },
                "modifies the array of the action");
    }

    @Test
    void aFirstStepThatIsTruncated() {
        assertError(
                () -> new FakeEnvironment() {
                    @Override
                    public TimeStep step(double[] action) {
                        TimeStep step = super.step(action);
                        return new TimeStep(step.observation(), 1, false, step.terminated() || elapsed == 1);
                    }
                },
                "the first step of an episode is truncated");
    }

    @Test
    void anEpisodeThatOutlastsItsLimit() {
        assertWarning(endless(OptionalInt.of(50)), "goes on after its time limit of 50 steps");
    }

    @Test
    void anEpisodeThatNeverEnds() {
        assertWarning(endless(OptionalInt.empty()), "no episode ended in 2000 random steps");
    }

    @Test
    void actionsOutsideTheSpace() {
        assertWarning(
                () -> new FakeEnvironment() {
                    @Override
                    public TimeStep step(double[] action) {
                        return super.step(new double[] {Math.abs(action[0]) % 2 < 1 ? 0 : 1});
                    }
                },
                "[1000000.0], which is not in Discrete(2), is accepted");
        assertWarning(
                () -> new FakeEnvironment() {
                    @Override
                    public TimeStep step(double[] action) {
                        if (action.length > 1) {
                            throw new ArrayIndexOutOfBoundsException(1);
                        }
                        return super.step(action);
                    }
                },
                "instead of InvalidInputException");
    }

    @Test
    void aSnapshotThatLacksSomething() {
        assertError(
                () -> new FakeEnvironment() {
                    @Override
                    public Optional<byte[]> snapshot() {
                        return Optional.of(new SnapshotWriter("Fake-v0")
                                .putLongs(new Pcg64(0).state())
                                .putDoubles(position)
                                .putLong(elapsed)
                                .toByteArray());
                    }
                },
                "restored into a new environment does not continue");
    }

    @Test
    void aSnapshotThatDisturbs() {
        assertError(
                () -> new FakeEnvironment() {
                    @Override
                    public Optional<byte[]> snapshot() {
                        generator().nextLong();
                        return super.snapshot();
                    }
                },
                "taking a snapshot changes what follows");
    }

    @Test
    void anExceptionIsReportedOnceAndFirst() {
        List<Finding> findings = EnvironmentChecker.check(() -> new FakeEnvironment() {
            @Override
            public double[] reset(long seed) {
                throw new ArithmeticException("no luck");
            }
        });

        assertThat(findings.get(0).severity()).isEqualTo(Severity.ERROR);
        assertThat(findings)
                .filteredOn(finding -> finding.message().startsWith("an exception"))
                .hasSize(1);
        assertThat(findings.get(0).message()).contains("no luck");
    }

    @Test
    void anEnvironmentThatIsGoneIsReportedOnce() {
        assertThat(EnvironmentChecker.check(() -> new FakeEnvironment() {
                    @Override
                    public double[] reset(long seed) {
                        throw new EnvironmentFailureException("Fake-v0: its server is gone");
                    }
                }))
                .containsExactly(new Finding(Severity.ERROR, "Fake-v0: its server is gone"));
    }

    @Test
    void anEnvironmentOfSeveralPartsIsCheckedPartByPart() {
        assertThat(EnvironmentChecker.check(() -> new TwoPartEnvironment(true))).isEmpty();
        assertWarning(
                () -> new TwoPartEnvironment(false), "[0.5", ", 1000000.0], which is not in Composite(", "is accepted");
        assertError(
                () -> new TwoPartEnvironment(true) {
                    @Override
                    protected double[] observe(double where) {
                        return new double[] {where, 2};
                    }
                },
                "outside the observation space Composite(where: Box(");
        assertWarning(
                () -> new TwoPartEnvironment(true) {
                    @Override
                    protected double[] observe(double where) {
                        return new double[] {where + 1e-12, 0};
                    }
                },
                "not made of float32 numbers");
    }

    /** Shows where it is and on which side, and takes a push beside the button; may look at the button's number or not. */
    private static class TwoPartEnvironment extends FakeEnvironment {
        private static final CompositeSpace OBSERVATIONS = new CompositeSpace(List.of(
                new CompositeSpace.Part("where", BoxSpace.uniform(1, -1, 1, ElementType.FLOAT32)),
                new CompositeSpace.Part("side", new DiscreteSpace(2))));
        private static final CompositeSpace ACTIONS = new CompositeSpace(List.of(
                new CompositeSpace.Part("push", BoxSpace.uniform(1, 0.5, 0.5, ElementType.FLOAT64)),
                new CompositeSpace.Part("button", new DiscreteSpace(2))));

        private final boolean careful;

        TwoPartEnvironment(boolean careful) {
            this.careful = careful;
        }

        @Override
        public EnvironmentSpecification specification() {
            return new EnvironmentSpecification(
                    "Fake-v0", OBSERVATIONS, ACTIONS, OptionalInt.of(50), OptionalDouble.empty());
        }

        @Override
        public TimeStep step(double[] action) {
            double button = careful ? action[1] : Math.min(1, Math.floor(action[1]));
            if (action.length != 2) {
                throw new InvalidInputException("Fake-v0: an action has 2 numbers");
            }
            return super.step(new double[] {button});
        }

        @Override
        protected double[] observe(double where) {
            return new double[] {(float) where, where > 0 ? 1 : 0};
        }
    }

    private interface Observer {
        double[] observe(double where);
    }

    private static Supplier<Environment> observing(Observer observer) {
        return () -> new FakeEnvironment() {
            @Override
            protected double[] observe(double where) {
                return observer.observe(where);
            }
        };
    }

    private static Supplier<Environment> endless(OptionalInt limit) {
        return () -> new FakeEnvironment() {
            @Override
            public EnvironmentSpecification specification() {
                EnvironmentSpecification given = super.specification();
                return new EnvironmentSpecification(
                        given.id(), given.observationSpace(), given.actionSpace(), limit, OptionalDouble.empty());
            }

            @Override
            public TimeStep step(double[] action) {
                TimeStep step = super.step(action);
                position = Math.max(-0.7, Math.min(0.7, position));
                return new TimeStep(observe(position), step.reward(), false, false);
            }
        };
    }

    private static void assertError(Supplier<Environment> supplier, String... parts) {
        assertFinding(supplier, Severity.ERROR, parts);
    }

    private static void assertWarning(Supplier<Environment> supplier, String... parts) {
        assertFinding(supplier, Severity.WARNING, parts);
    }

    private static void assertFinding(Supplier<Environment> supplier, Severity severity, String... parts) {
        assertThat(EnvironmentChecker.check(supplier)).anySatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.message()).contains(parts).doesNotContain("\n");
        });
    }
}

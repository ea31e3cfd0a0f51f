package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proposed periods against the best of all pairs, tried one by one. */
final class PeriodProposalTest {

    private static final long SEED = 20261215;

    @ParameterizedTest
    @CsvSource({
        "1.5, 10, 1, 2, 21, 2, 8", // 4 is left, for 2/2 + 21/8; 2/1 + 21/11 would do too
        "1.5, 10, 1, 2, 2, 1, 1",
        "1.5, 10, 1, 8, 21, 5, 10", // 8/5 + 21/10
        "2, 10, 0, 0, 0, 1, 1",
        "1.5, 10, 4, 100, 0, 100, 100",
        "1.1, 1, 0, 0, 7, 1, 70"
    })
    void periodsKeepTheBudget(
            double budget, double gradient, double always, double factors, double decomposition, int t1, int t2) {
        StepCosts costs = new StepCosts(gradient, always, factors, decomposition);
        PeriodProposal proposal = PeriodProposal.within(budget, costs).orElseThrow();
        assertThat(proposal.covariancePeriod()).isEqualTo(t1);
        assertThat(proposal.decompositionPeriod()).isEqualTo(t2);
        assertThat(proposal.relativeCost())
                .isEqualTo((gradient + always + factors / t1 + decomposition / t2) / gradient)
                .isLessThanOrEqualTo(budget * (1 + 1e-12));
    }

    @Test
    void theyAreTheLeastOfAllThatKeepIt() {
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(SEED);
        int found = 0;
        for (int draw = 0; draw < 300; draw++) {
            StepCosts costs = new StepCosts(
                    random.nextDouble(0.5, 2), random.nextDouble(), 3 * random.nextDouble(), 20 * random.nextDouble());
            double budget = random.nextDouble(1.05, 3);
            int least = Integer.MAX_VALUE;
            for (int t1 = 1; t1 <= 400; t1++) {
                for (int t2 = t1; t2 <= 400; t2 += t1) {
                    if (costs.relativeCost(t1, t2) <= budget) {
                        least = Math.min(least, t1 + t2);
                    }
                }
            }
            Optional<PeriodProposal> proposal = PeriodProposal.within(budget, costs);
            String what = "draw %d, budget %s, %s, %s, seed %d".formatted(draw, budget, costs, proposal, SEED);
            if (least < 400) {
                found++;
                PeriodProposal periods = proposal.orElseThrow();
                assertThat(periods.covariancePeriod() + periods.decompositionPeriod())
                        .as(what)
                        .isEqualTo(least);
                assertThat(periods.decompositionPeriod() % periods.covariancePeriod())
                        .as(what)
                        .isZero();
                assertThat(periods.relativeCost()).as(what).isLessThanOrEqualTo(budget * (1 + 1e-12));
            } else if ((budget - 1) * costs.gradient() <= costs.always()) {
                assertThat(proposal).as(what).isEmpty();
            }
        }
        assertThat(found).as("seed %d", SEED).isGreaterThan(100);
    }

    @Test
    void noPeriodsHelpWhereEachStepCostsTooMuch() {
        assertThat(PeriodProposal.within(1.5, new StepCosts(10, 6, 1, 1))).isEmpty();
        assertThat(PeriodProposal.within(1.5, new StepCosts(10, 5, 1, 1))).isEmpty();
        assertThat(PeriodProposal.within(1.5, new StepCosts(10, 5, 0, 0))).contains(new PeriodProposal(1, 1, 1.5));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aBudgetIsAboveOne(double budget) {
        assertThatThrownBy(() -> PeriodProposal.within(budget, new StepCosts(1, 0, 0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("budget must be above 1 and finite: " + budget);
    }

    @Test
    void costsAreCosts() {
        assertThatThrownBy(() -> new StepCosts(0, 1, 1, 1))
                .hasMessage("the cost of the gradient must be positive: 0.0");
        assertThatThrownBy(() -> new StepCosts(1, -1, 1, 1))
                .hasMessage("the cost of always must be at least 0 and finite: -1.0");
        assertThatThrownBy(() -> new StepCosts(1, 1, Double.NaN, 1))
                .hasMessage("the cost of factors must be at least 0 and finite: NaN");
        assertThatThrownBy(() -> new StepCosts(1, 1, 1, Double.POSITIVE_INFINITY))
                .hasMessage("the cost of decomposition must be at least 0 and finite: Infinity");
    }

    private static StepReport report(long factorAge, long decompositionAge, long... times) {
        return new StepReport(
                0,
                1,
                1,
                1,
                0,
                1,
                null,
                0,
                1,
                Double.NaN,
                1,
                1,
                -1,
                true,
                new CurvatureStatus(1, factorAge, decompositionAge, 0, 0),
                null,
                new StageTimes(times[0], times[1], times[2], times[3], times[4], times[5]));
    }

    @Test
    void costsOfARecordAreMediansOfTheStepsThatHaveThem() {
        List<StepReport> reports = List.of(
                report(0, 0, 100, 40, 900, 10, 5, 1),
                report(1, 1, 104, 2, 3, 12, 5, 1),
                report(0, 2, 96, 50, 4, 11, 5, 1),
                report(1, 3, 1000, 2, 3, 900, 5, 1),
                report(0, 0, 98, 45, 1100, 10, 5, 1));
        assertThat(StepCosts.of(reports)).isEqualTo(new StepCosts(100, 17, 45, 1000));
        assertThatThrownBy(() -> StepCosts.of(reports.subList(1, 2)))
                .hasMessage("the cost of an update of factors: no step has one");
        assertThatThrownBy(() -> StepCosts.of(reports.subList(2, 3)))
                .hasMessage("the cost of a decomposition: no step has one");
        assertThatThrownBy(() -> StepCosts.of(List.of())).hasMessage("the cost of a step: no step has one");
    }

    /** Real steps, whose times a clock decides, so that only the arithmetic is asserted. */
    @Test
    void theSplitOfARealRunIsKeptWithin() {
        SupervisedTask task = SupervisedTask.classification(new CpuBackend(), Activation.TANH, 64, SEED, 10, 20, 3);
        List<StepReport> reports = new ArrayList<>();
        try (Kfac kfac = task.kfac(KfacSettings.defaults()
                .withCurvature(KroneckerSettings.defaults().withPeriods(1, 1, 0)))) {
            for (int step = 0; step < 9; step++) {
                reports.add(kfac.step(task.objective));
            }
        }
        StepCosts costs = StepCosts.of(reports);
        double least = 1 + costs.always() / costs.gradient();
        double budget = least + 0.5;
        PeriodProposal proposal = PeriodProposal.within(budget, costs).orElseThrow();
        assertThat(costs.relativeCost(proposal.covariancePeriod(), proposal.decompositionPeriod()))
                .isEqualTo(proposal.relativeCost())
                .isLessThanOrEqualTo(budget * (1 + 1e-12));
        assertThat(costs.relativeCost(1, 1))
                .isCloseTo(
                        least + (costs.factors() + costs.decomposition()) / costs.gradient(),
                        within(1e-9 * least + 1e-9));
    }
}

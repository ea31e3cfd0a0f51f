package kingfisher.optim.network;

/**
 * Parameters that are outputs of a head themselves, the same for every example (the logarithms of standard deviations,
 * say).
 *
 * @param name in the parameters' layout
 * @param parameterOffset index of the first of them in the flat parameter vector
 * @param head the head that they belong to
 * @param firstOutput index of the first of them among the head's outputs
 * @param size how many there are
 */
public record RowParameter(String name, int parameterOffset, int head, int firstOutput, int size) {}

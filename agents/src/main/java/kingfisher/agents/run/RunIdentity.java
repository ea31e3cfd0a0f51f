package kingfisher.agents.run;

/** What was run: the algorithm on the environment from the seed, with so many threads on the backend. */
public record RunIdentity(String algorithm, String environment, long seed, int threads, String backend) {}

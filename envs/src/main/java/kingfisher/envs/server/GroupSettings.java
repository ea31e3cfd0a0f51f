package kingfisher.envs.server;

import kingfisher.env.v1.AutoresetMode;

/**
 * How a group behaves.
 *
 * @param autoreset what happens to an environment whose episode ended
 * @param infos whether infos are sent; native environments have none, so that they are empty then
 * @param seeds of the first reset, if that gives none: none, or one for each environment
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record GroupSettings(AutoresetMode autoreset, boolean infos, long[] seeds) {}

/** Set by the build; a checkout says so. */
export const VERSION = process.env.SAKER_VERSION ?? '0.0.0-checkout';

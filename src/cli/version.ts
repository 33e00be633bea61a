/** Put in place by the build. */
declare const PROMPTCHAIN_VERSION: string;

export const VERSION = PROMPTCHAIN_VERSION;

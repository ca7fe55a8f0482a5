/** The O_* bits that are not numbered alike: asm-generic/fcntl.h, as on x86-64, and arch/arm64/include/uapi/asm/fcntl.h. */
const isArm64 = process.arch === 'arm64';

export const O_DIRECTORY = isArm64 ? 0o40000 : 0o200000;
export const O_DIRECT = isArm64 ? 0o200000 : 0o40000;
export const O_LARGEFILE = isArm64 ? 0o400000 : 0o100000;

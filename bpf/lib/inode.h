/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_INODE_H
#define SAKER_INODE_H
/* What an inode tells about a file. */
#include "base.h"

#define OVERLAYFS_SUPER_MAGIC 0x794c7630

/* stat(2) shows device numbers in this form (new_encode_dev). */
static __always_inline u32 encode_dev(dev_t dev)
{
	u32 major = dev >> 20, minor = dev & 0xfffff;

	return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

#define SB_RDONLY 1 /* include/linux/fs.h */
#define S_IMMUTABLE 8

/* Nobody can write it, whatever its permissions say. */
static __always_inline u32 readonly_flag(struct inode *inode)
{
	bool readonly = (READ(inode, i_sb, s_flags) & SB_RDONLY) || (READ(inode, i_flags) & S_IMMUTABLE);

	return readonly ? SAKER_FLAG_EXE_READONLY : 0;
}

/* On overlayfs: was the file written in the upper layer? struct ovl_inode, whose
 * type only the module knows, keeps the upper dentry right behind its inode. */
static __always_inline u32 overlay_flags(struct inode *inode, u64 magic)
{
	u64 upper;

	if (magic != OVERLAYFS_SUPER_MAGIC)
		return 0;
	upper = word_at((void *)inode + bpf_core_type_size(struct inode));
	return upper ? SAKER_FLAG_OVERLAY | SAKER_FLAG_OVERLAY_UPPER : SAKER_FLAG_OVERLAY;
}

#endif

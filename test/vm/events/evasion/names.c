/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are long, deep or ugly. */
#include "evasion.h"

static void open_as(const char *path, const char *name)
{
	start();
	end(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CREAT, 0600));
	opened(action.ret, name);
}

static void longest_component(void)
{
	char name[sizeof(PLACE) + 256] = PLACE "/";

	memset(name + sizeof(PLACE), 'n', 255);
	open_as(name, name);
}

/* As long as a name may be, dots for most of it. */
static void longest_path(void)
{
	static char name[PATH_MAX] = PLACE "/";
	size_t at = sizeof(PLACE);

	while (at + 2 + sizeof("secret") <= PATH_MAX) {
		memcpy(name + at, "./", 2);
		at += 2;
	}
	strcpy(name + at, "secret");
	open_as(name, SECRET);
}

/* Real directories up to the longest name that the kernel takes. */
static void long_directories(void)
{
	static char name[PATH_MAX] = PLACE;
	size_t at = sizeof(PLACE) - 1;

	for (int i = 0; i < 15; i++) {
		name[at++] = '/';
		memset(name + at, 'a' + i, 250);
		at += 250;
		mkdir(name, 0755);
	}
	strcpy(name + at, "/end");
	open_as(name, name);
}

static char deep[1024] = PLACE;

static void make_deep(int levels)
{
	for (int i = 0; i < levels; i++) {
		strcat(deep, "/d");
		mkdir(deep, 0755);
	}
}

static void deep_absolute(void)
{
	make_deep(80);
	strcat(deep, "/file");
	open_as(deep, deep);
}

static void deep_relative(void)
{
	make_deep(80);
	if (chdir(deep))
		_exit(1);
	strcat(deep, "/file");
	open_as("file", deep);
}

static void deep_link(void)
{
	make_deep(80);
	strcat(deep, "/target");
	close(open(deep, O_CREAT | O_RDONLY, 0600));
	symlink(deep, PLACE "/to-the-deep");
	open_as(PLACE "/to-the-deep", PLACE "/to-the-deep");
}

static void newline(void) { open_as(PLACE "/a\nb", PLACE "/a\nb"); }
static void escape(void) { open_as(PLACE "/\033[31m\r", PLACE "/\033[31m\r"); }
static void quotes(void) { open_as(PLACE "/\"},{\\\"", PLACE "/\"},{\\\""); }
static void not_utf8(void) { open_as(PLACE "/\xff\xfe\x80", PLACE "/\xff\xfe\x80"); }
static void bidi(void) { open_as(PLACE "/\xe2\x80\xaetxt.exe", PLACE "/\xe2\x80\xaetxt.exe"); }

void name_rows(void)
{
	row("name of 255 bytes", "openat", longest_component);
	row("path of 4,095 bytes made of ./", "openat", longest_path);
	row("path of 3,800 bytes in directories", "openat", long_directories);
	row("80 levels deep, absolute name", "openat", deep_absolute);
	row("80 levels deep, relative name", "openat", deep_relative);
	row("symbolic link to 80 levels deep", "openat", deep_link);
	row("name with a newline", "openat", newline);
	row("name with escape sequences", "openat", escape);
	row("name with quotes and braces", "openat", quotes);
	row("name that is not UTF-8", "openat", not_utf8);
	row("name with a right-to-left override", "openat", bidi);
}

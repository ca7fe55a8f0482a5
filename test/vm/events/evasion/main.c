/* SPDX-License-Identifier: Apache-2.0 */
/* Usage: evader FAMILY [WORD]...; `nothing` is a program that ends at once. */
#include "evasion.h"

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} families[] = {
		{ "opens", open_rows },	      { "names", name_rows },   { "rings", ring_rows }, { "abi32", abi32_rows },
		{ "identity", identity_rows }, { "images", image_rows }, { "data", data_rows },	{ "races", race_rows },
	};

	rest_ns = 0;
	for (size_t f = 0; argc > 1 && f < sizeof(families) / sizeof(families[0]); f++)
		if (!strcmp(argv[1], families[f].name))
			families[f].run();
	return 0;
}

import type { ErrorCode } from '../../src/base/errors.ts';
import type { ErrorCode as RulesError } from '../../src/rules/file/codes.ts';

/** Why a message comes and what to do about it, for the reference. The message itself names the place and the offender. */
export interface Remedy {
  readonly cause: string;
  readonly remedy: string;
}

const KEYS = 'The keys and what they hold: [options](options.md).';

export const REMEDIES: Readonly<Record<ErrorCode, Remedy>> = {
  SAKER_E_CONFIG_READ: {
    cause:
      'The file named by `-c`, or one that `config_files` names, does not exist, is no plain file, or may not be read.',
    remedy: 'Correct the name or the rights; run as root.',
  },
  SAKER_E_CONFIG_YAML: {
    cause: 'Indentation, a quote or a bracket is wrong, or a key stands twice in one section.',
    remedy: 'Look at the marked place; the mistake often is in the line before.',
  },
  SAKER_E_CONFIG_TYPE: {
    cause: 'For instance text where a number is wanted, or one value where a list is.',
    remedy: `Write what the message asks for. ${KEYS}`,
  },
  SAKER_E_CONFIG_VALUE: {
    cause:
      'The value is of the right type, but too small, too large, not one of the words, or does not fit another key.',
    remedy: `Write what the message asks for. ${KEYS}`,
  },
  SAKER_E_CONFIG_UNKNOWN_KEY: {
    cause: 'The key is none of saker and none of falco.yaml.',
    remedy: 'Correct the spelling, which the message proposes where one is near, or remove the key.',
  },
  SAKER_W_CONFIG_UNKNOWN_KEY: {
    cause: 'The key is none of saker and none of falco.yaml. It has no effect; the rest of the file has.',
    remedy: 'Correct the spelling, which the message proposes where one is near, or remove the key.',
  },
  SAKER_W_CONFIG_NOT_USED: {
    cause: 'The key comes from a falco.yaml and has nothing to do in saker; the message says why.',
    remedy: 'Remove it, or leave it: [what becomes of each key](falco-keys.md).',
  },
  SAKER_W_CONFIG_LISTEN: {
    cause: 'The web server would answer other machines without encryption. It listens on loopback instead.',
    remedy:
      'Set `webserver.ssl_enabled` with a certificate, or `webserver.allow_plaintext: true` if you mean it.',
  },
  SAKER_W_CONFIG_ENV: {
    cause:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
      '`${NAME}` in a value names an environment variable that the agent does not have; it became empty text.',
    remedy:
      'Set it in the unit (`systemctl edit saker`, `Environment=NAME=…`), or write `$${NAME}` for the text itself.',
  },
  SAKER_E_OVERRIDE: {
    cause: 'What follows `-o` is no `key=value`, or its path is broken.',
    remedy: 'Write `-o key=value`, `-o section.key=value`, `-o list[0]=value` or `-o list[]=value`.',
  },
  SAKER_E_RULES_READ: {
    cause: 'A file or directory of `rules_files` or `-r` does not exist or may not be read.',
    remedy: 'Correct the name or the rights.',
  },
  SAKER_W_RULES: {
    cause:
      'A file or directory that `rules_files` names does not exist. The rules of the others are in force.',
    remedy: 'Create it, or take it out of `rules_files`.',
  },
  SAKER_E_KERNEL_UNSUPPORTED: {
    cause:
      'The kernel is older than 5.10, has no type information (`/sys/kernel/btf/vmlinux`), or the processor is neither x86-64 nor arm64.',
    remedy: 'Run a kernel of the distribution from 5.10 on, built with `CONFIG_DEBUG_INFO_BTF`.',
  },
  SAKER_E_KERNEL_LOCKDOWN: {
    cause: 'The kernel runs in lockdown mode *confidentiality*, which lets nobody read what it does.',
    remedy: 'Boot with `lockdown=integrity` or without lockdown. Nothing in user space can change it.',
  },
  SAKER_E_KERNEL_LOAD: {
    cause: 'The kernel refused a program or map that it should take; the message holds its last words.',
    remedy: 'Report it with the output of `saker support`.',
  },
  SAKER_E_PERMISSION: {
    cause:
      'The process is not root, lacks `CAP_BPF` and `CAP_PERFMON`, or runs in a container that filters bpf(2).',
    remedy: 'Start it as root, best as the service: `systemctl start saker`.',
  },
};

/** The same for mistakes in rules files, whose codes are Falco's. */
export const RULES_REMEDIES: Readonly<Record<RulesError, Remedy>> = {
  LOAD_ERR_FILE_READ: { cause: 'The file cannot be read.', remedy: 'Correct its name or rights.' },
  LOAD_ERR_YAML_PARSE: {
    cause: 'The file is no YAML, or larger or deeper than saker reads.',
    remedy: 'Look at the marked place; a condition over several lines needs `>` or `|` behind its key.',
  },
  LOAD_ERR_YAML_VALIDATE: {
    cause: 'An item lacks a key, or a key holds something of the wrong kind.',
    remedy: 'See saker-rules(5) for the keys of rules, macros and lists.',
  },
  LOAD_ERR_COMPILE_CONDITION: {
    cause:
      'The condition has a mistake of grammar, an unknown field, macro or event type, or compares what does not compare.',
    remedy: 'The mark shows where. `saker fields NAME` looks fields up.',
  },
  LOAD_ERR_COMPILE_OUTPUT: {
    cause: 'The output names a field that does not exist, or has a `%` that begins none.',
    remedy: 'Correct the name; there is no way to write a percent sign.',
  },
  LOAD_ERR_VALIDATE: {
    cause:
      'Items do not fit one another: an override of something that is not there, exceptions of unequal lengths, a version that saker does not have.',
    remedy: 'The message names both sides. Items of earlier files are there, of later files not.',
  },
  LOAD_ERR_EXTENSION: { cause: 'An item of an extension has a mistake.', remedy: 'See the message.' },
};

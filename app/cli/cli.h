/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of cajal-cli. Each takes its own arguments (argv[0] is its name) and returns the exit
 * code of the program: 0 done, 1 failed, 2 wrong use. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *arguments; /* as help shows them */
  const char *blurb;
  int (*run) (int argc, char **argv);
} CliCommand;

extern const CliCommand cli_list;
extern const CliCommand cli_describe;
extern const CliCommand cli_train;

/* Parses `argv` with the options and the words left over; prints help or the mistake. FALSE: return
 * *status from the command. */
gboolean cli_parse (const CliCommand *command, const GOptionEntry *entries, int *argc, char ***argv,
                    int *status);

/* Prints "cajal-cli: message" on the error stream and returns 1. Takes the error. */
int cli_fail (GError *error);

G_END_DECLS

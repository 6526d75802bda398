/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of cajal-cli. Each takes its own arguments (argv[0] is its name) and returns the exit
 * code of the program: 0 done, 1 failed, 2 wrong use. */
#pragma once

#include "cj-trainer.h"
#include "cjd-dataset.h"
#include "cjl-project.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *arguments; /* as help shows them */
  const char *blurb;
  int (*run) (int argc, char **argv);
  const char *details; /* shown by --help below the options, or NULL */
} CliCommand;

extern const CliCommand cli_list, cli_describe, cli_templates; /* catalogue.c */
extern const CliCommand cli_new, cli_show, cli_check, cli_set; /* project.c */
extern const CliCommand cli_bench;                             /* bench.c */
extern const CliCommand cli_card;                              /* card.c */
extern const CliCommand cli_convert;                           /* convert.c */
extern const CliCommand cli_data;                              /* data.c */
extern const CliCommand cli_energy;                            /* energy.c */
extern const CliCommand cli_eval;                              /* eval.c */
extern const CliCommand cli_explain;                           /* explain.c */
extern const CliCommand cli_export;                            /* export.c */
extern const CliCommand cli_import;                            /* import.c */
extern const CliCommand cli_load;                              /* load.c */
extern const CliCommand cli_train;                             /* train.c */
extern const CliCommand cli_figure;                            /* figure.c */
extern const CliCommand cli_neuron;                            /* neuron.c */
extern const CliCommand cli_onnx_test, cli_onnx_check;         /* onnx.c */
extern const CliCommand cli_predict;                           /* predict.c */
extern const CliCommand cli_plugins;                           /* plugins.c */
extern const CliCommand cli_quantise;                          /* quantise.c */
extern const CliCommand cli_recover;                           /* recover.c */
extern const CliCommand cli_shrink;                            /* shrink.c */
extern const CliCommand cli_transfer;                          /* transfer.c */
extern const CliCommand cli_verify;                            /* verify.c */
extern const CliCommand cli_zoo;                               /* zoo.c */

/* Parses `argv` with the options and the words left over; prints help or the mistake. FALSE: return
 * *status from the command. */
gboolean cli_parse (const CliCommand *command, const GOptionEntry *entries, int *argc, char ***argv,
                    int *status);

/* As cli_parse, and refuses less than `least` or more than `most` words after the command's name. */
gboolean cli_parse_words (const CliCommand *command, const GOptionEntry *entries, int *argc,
                          char ***argv, int least, int most, int *status);

/* Whether the number given with an option lies within its limits, or is `unset`; else says so, and *status
 * is that of wrong use. */
gboolean cli_check_number (const CliCommand *command, const char *option, double value,
                           double unset, double least, double most, int *status);

/* Prints "cajal-cli: message" on the error stream and returns 1. Takes the error. */
int cli_fail (GError *error);

/* Prints text for machines: UTF-8, whatever the locale. */
void cli_print_text (const char *text);

/* Prints one JSON object on a line of its own; takes a floating a{sv}. */
void cli_print_json (GVariant *object);

/* A project of a file, with weights. You unref. Refuses one that never trained with CJ_ERROR_GRAPH. */
CjlProject *cli_load_trained (const char *path, GError **error);

/* A project that is to be changed, tied to its journal. Refuses one that a newer version wrote, and one of
 * which something is unsaved that would be lost; tells when the journal cannot be had, and goes on. You
 * unref. */
CjlProject *cli_load_for_change (const char *path, GError **error);

/* Says that a file was written: its name, or {"file": name}. */
void cli_print_file (const char *path, gboolean json);

/* Prints how a network does on a split: a line of text, or one JSON object with the measures of every
 * class and the confusion matrix. */
void cli_print_score (const char *split, CjScore score, const CjMetrics *metrics,
                      const CjdDataset *dataset, gboolean json);

/* "train", "val" or "test"; NULL: `preset`. */
gboolean cli_parse_split (const char *text, CjdSplit preset, CjdSplit *split, GError **error);

/* Options of a command that are made from tables of parameters (options.c): one for every name that the
 * tables have, whichever is read in the end. */
typedef struct
{
  GArray *entries; /* GOptionEntry, ended by zeros: those given, then those of the tables */
  char **texts;    /* what was typed, by the place in `params`; NULL: not */
  gboolean *flags;
  GPtrArray *params; /* const CjParam* */
} CliOptions;

/* `fixed` ends with a name of NULL, `tables` with NULL; both must outlive the options. */
void cli_options_init (CliOptions *self, const GOptionEntry *fixed, const CjParam *const *tables);

/* Puts what was typed into `values`, by the table that is read after all (NULL: none); FALSE after a
 * mistake was told: wrong use. `what` names whose options they are. */
gboolean cli_options_take (const CliOptions *self, const CliCommand *command, const char *what,
                           const CjParam *table, gpointer values);
void cli_options_clear (CliOptions *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliOptions, cli_options_clear)

#define CLI_MAX_THREADS 64

/* `threads` as given, or as many as there are processors; 1 to CLI_MAX_THREADS. */
guint cli_get_threads (int threads);

G_END_DECLS

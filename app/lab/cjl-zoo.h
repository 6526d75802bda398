/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The zoo: networks that come with the program, trained by it. Each is a template (network, data, setup) that was
 * followed once, with its seed; what came out is in the program, and “./dev zoo” follows the recipe again. */
#pragma once

#include "cj-checkpoint.h"
#include "cjl-adopt.h"

G_BEGIN_DECLS

#define CJL_ZOO_CATEGORY "Pre-trained"

typedef struct
{
  CjlTemplate experiment; /* of category CJL_ZOO_CATEGORY; `source` is NULL for data in files */
  const char *data_set;   /* folder of such data, see cjl_card_find_data_set */
  const char *stand_in;   /* parameters of “glyphs” to look at where they are not at hand */
  const char *licence;    /* of the data, and who made them: a line */
  double accuracy;        /* on the test samples, as shipped */
} CjlZooNet;

/* All of them, ended by an id of NULL; one by id or NULL. */
const CjlZooNet *cjl_zoo (void);
const CjlZooNet *cjl_zoo_find (const char *id);

/* What a project that began with a network of the zoo, or went on from one, says of its origin: a{sv} with id, recipe,
 * seed, plan, accuracy, samples (tested), licence and cajal (the version that trained it); NULL: nothing. You unref. */
GVariant *cjl_zoo_get_origin (const CjlProject *project);

/* The shipped network: a new project with its weights, on the data that it learned from if they are at hand. You
 * unref. Any thread, one at a time. Refuses one that this build came without. */
CjlProject *cjl_zoo_load (const CjlZooNet *net, GError **error);

/* Gives a project the weights of a shipped network where names and shapes are the same, for its next run, in place of
 * its own. */
gboolean cjl_zoo_give (const CjlZooNet *net, CjlProject *project, GError **error);

/* Makes a network ready to learn a few samples, as one edit: adopts the data (cjl_project_adopt), freezes all but the
 * last layers, lets those begin anew under new names, augments nothing, and sets batch, epochs and rate for so few. */
void cjl_project_teach (CjlProject *project, const char *source, const CjdDataset *base,
                        const CjShape *before, CjlAdoption *adoption);

/* The network of the zoo to teach pictures of these channels (1 or 3), and a project of it for data that were read as
 * `base`, named after them. You unref. Refuses what are no pictures. */
CjlProject *cjl_zoo_teach (const CjlZooNet *net, const char *source, const CjdDataset *base,
                           GError **error);
const CjlZooNet *cjl_zoo_choose (const CjdDataset *base); /* NULL: they are no pictures */

/* Follows the recipe, on data as cjl_card_find_data_set finds them: a project with weights, without its run, that
 * knows its origin, ready to be shipped. `score` (may be NULL) takes how it does on the test samples. Slow: for a worker. `tell` (may be NULL) hears the
 * share that is done. You unref. */
typedef void (*CjlZooTell) (gpointer data, double share);
CjlProject *cjl_zoo_train (const CjlZooNet *net, const char *folder, guint n_threads,
                           CjlZooTell tell, gpointer data, CjScore *score, GError **error);

/* Whether two projects have the same bits in the same tensors. */
gboolean cjl_zoo_is_same (CjlProject *a, CjlProject *b);

G_END_DECLS

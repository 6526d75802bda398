/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of other programs for a network: which tensor of a file is which of the network. Names and shapes are
 * those of PyTorch, as cjl-format.h writes them. */
#pragma once

#include "cjl-session.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_WEIGHTS_TAKEN,   /* name, or place, and shape are the same */
  CJL_WEIGHTS_SHAPE,   /* the name is there, the shape is another */
  CJL_WEIGHTS_MISSING, /* in the network only */
  CJL_WEIGHTS_EXTRA    /* in the file only */
} CjlWeightsFate;

/* One tensor of the network, of the file, or of both. */
typedef struct
{
  CjlWeightsFate fate;
  const char *here, *there; /* names, NULL: it has none; borrowed from table and tensors */
  CjShape shape_here, shape_there;
  const CjTensor *tensor; /* float32, of the file; NULL: missing */
} CjlWeightsRow;

typedef struct
{
  CjTable *table;     /* of the network */
  GPtrArray *tensors; /* CjdNamedTensor of the file */
  GArray
      *rows; /* CjlWeightsRow: those of the network in its order, then what is left of the file */
  char *prefix; /* of all names of the file, which was taken off, "module."; "": none */
  guint n_taken;
} CjlWeightsMatch;

/* Whether a path ends as one of these files: .safetensors, .npz, .npy, or as a pickle (.pt, .pth, .ckpt), which
 * load refuses with the way out. */
gboolean cjl_weights_is_file (const char *path);

/* The tensors of files as float32 (f16, bf16, f64 and whole numbers converted), in their order; a .npy file is
 * one tensor with the file's name. Any thread. Errors name the file. You unref. */
GPtrArray *cjl_weights_load (const char *const *paths, GError **error);

/* Finds for each tensor of the network the one of the file with its name and shape. All names of the file may
 * have one and the same prefix, ending with a dot: the one with which most are found is taken off. `by_order`: layers
 * for which this finds nothing take, in the order of the network, the next of the file whose tensors all have their
 * shapes; layers of a file that is sorted by name, as safetensors are, count as “2” before “10”. What PyTorch calls
 * num_batches_tracked is passed over. References table and tensors. Any thread. You free. */
CjlWeightsMatch *cjl_weights_match (CjTable *table, GPtrArray *tensors, gboolean by_order);
void cjl_weights_match_free (CjlWeightsMatch *match);

/* What became of all of them, and of one, as a sentence. You free. */
char *cjl_weights_match_print (const CjlWeightsMatch *match);
char *cjl_weights_row_print (const CjlWeightsRow *row);

/* The names and shapes of the session's network, to be matched; NULL: it has none yet. You unref. */
CjTable *cjl_session_dup_table (CjlSession *session);
/* Puts what was taken in the place of the network's, as one edit. Refuses a match that took nothing. Main
 * thread. */
gboolean cjl_session_take_weights (CjlSession *session, const CjlWeightsMatch *match,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlWeightsMatch, cjl_weights_match_free)

G_END_DECLS

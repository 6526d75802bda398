/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-torch*.c. Python is laid out as the formatter black has it: 88 columns, double quotes. */
#pragma once

#include "cjl-torch.h"

#include "cj-program.h"

G_BEGIN_DECLS

#define CJL_TORCH_WIDTH 88

typedef struct _CjlTorchNode CjlTorchNode;

/* What a layer is in PyTorch. In the templates {self} is the submodule, {x}, {y}, {z} and {w} are the first
 * inputs, {inputs} all of them with commas, {c} the number of channels of the first, {options} what differs
 * from the row's options, {WORD} a word of the node or a parameter of the layer. */
typedef struct
{
  const char *layer;   /* id */
  const char *init;    /* the submodule; NULL: there is none */
  const char *forward; /* the answer; NULL: {self}({x}) */
  const char *options; /* "name=default name:python_name=default": keyword arguments */
  const char *needs;   /* names of pieces of Python, separated by spaces */
  gboolean (*describe) (CjlTorchNode *node, GError **error); /* says the rest; may be NULL */
  const char *refusal; /* why there is nothing in PyTorch for it */
} CjlTorchRow;

/* The network on its way to Python. */
typedef struct
{
  CjlProject *project;
  CjdDataset *dataset;
  CjProgram *program; /* of batch 2 */
  const CjLowered *lowered;
  char *class_name, *title;
  GPtrArray *nodes;  /* CjlTorchNode, in the order of the statements */
  GHashTable *names; /* value -> name of the variable, char * */
  GArray *outputs;   /* int: values that forward returns, the prediction first */
  GPtrArray *losses; /* char *: expressions of output, x and y */
  char *input;       /* name of forward's argument */
  GHashTable *flags; /* set of words: conditions of pieces */
  GHashTable *words; /* word -> text in pieces */
  GPtrArray *pieces; /* char *: names of pieces of layers, in order */
  GString *remarks;  /* sentences, one a line */
  const char *stem;  /* base name without ".py" */
} CjlTorchExport;

struct _CjlTorchNode
{
  CjlTorchExport *e;
  const CjNode *node;
  const CjlTorchRow *row;
  const CjLoweredNode *lowered;
  CjShape x, y;      /* of the first input and output, with the batch */
  char *name;        /* of the submodule */
  GHashTable *words; /* word -> text */
  /* Set by describe; NULL: what the row says. */
  char *init, *forward;
  char *targets;   /* "{0}, {1}": how the answer is taken apart; NULL: "{0}" */
  gboolean folded; /* its softmax or sigmoid is part of the loss, which takes scores */
  char *then;      /* "{0}[:, -1]": a second statement for the first answer */
};

/* --- the tables --- */

extern const CjlTorchRow cjl_torch_rows[];          /* of one sample at a time */
extern const CjlTorchRow cjl_torch_sequence_rows[]; /* attention, recurrence, spikes */

const CjlTorchRow *cjl_torch_find (const char *layer);
/* A loss as an expression of {x} and the other ports; NULL and the reason. You free. */
char *cjl_torch_print_loss (CjlTorchNode *node, const char *const *ports, GError **error);

/* --- for describe functions --- */

gboolean cjl_torch_refuse (const CjNode *node, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Takes the text. */
void cjl_torch_take_word (CjlTorchNode *node, const char *word, char *text);
void cjl_torch_need (CjlTorchExport *e, const char *pieces);
/* Values of parameters. */
int cjl_torch_get_int (const CjlTorchNode *node, const char *name);
int cjl_torch_get_pair (const CjlTorchNode *node, const char *name, guint which);
double cjl_torch_get_float (const CjlTorchNode *node, const char *name);
gboolean cjl_torch_get_bool (const CjlTorchNode *node, const char *name);
const char *cjl_torch_get_text (const CjlTorchNode *node, const char *name);
/* Of a choice, its word. */
const char *cjl_torch_get_choice (const CjlTorchNode *node, const char *name);
gboolean cjl_torch_has (const CjlTorchNode *node, const char *name);
/* Whether something looks at an output. */
gboolean cjl_torch_is_heard (const CjlTorchNode *node, guint port);
/* The activation that a layer carries as something that can be called: "F.relu"; borrowed. */
const char *cjl_torch_get_activation (const CjlTorchNode *node);
/* The code with the activation that the layer carries around it. You free. */
char *cjl_torch_activate (const CjlTorchNode *node, const char *code);
/* Number of features: channels of pictures (also at moments), the last dimension of everything else. */
gint64 cjl_torch_get_channels (const CjShape *x);

/* --- text (cjl-torch-text.c) --- */

char *cjl_torch_print_number (double value); /* "0.1", "1.0", "1e-05" */
char *cjl_torch_quote (const char *text);    /* a string of Python */
/* "3", or "(3, 5)". */
char *cjl_torch_print_pair (int a, int b);
/* Letters, digits and _ in place of what a name of Python cannot have. You free. */
char *cjl_torch_make_name (const char *id);
/* The template with what stands in braces in place. You free. */
char *cjl_torch_fill (const CjlTorchNode *node, const char *text);
/* A line of code, broken at its brackets if it is too long; `comment` (or NULL) behind it. */
void cjl_torch_put_line (GString *out, guint indent, const char *code, const char *comment);
/* Pieces of Python by name, in the order they stand in the files, with those they need; every one is preceded
 * by two empty lines. */
void cjl_torch_put_pieces (const CjlTorchExport *e, GString *out, const char *names);

/* --- parts of the module --- */

gboolean cjl_torch_plan (CjlTorchExport *e, GError **error);      /* nodes, names, losses */
void cjl_torch_put_network (CjlTorchExport *e, GString *out);     /* the class and the loss */
gboolean cjl_torch_plan_data (CjlTorchExport *e, GError **error); /* flags, words */
void cjl_torch_put_data (CjlTorchExport *e, GString *out);
void cjl_torch_put_data_constants (CjlTorchExport *e, GString *out);
GPtrArray *cjl_torch_make_arrays (CjlTorchExport *e, GError **error); /* of the .npz */
gboolean cjl_torch_plan_training (CjlTorchExport *e, GError **error);
void cjl_torch_put_training (CjlTorchExport *e, GString *out);
void cjl_torch_put_training_constants (CjlTorchExport *e, GString *out);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators of imported models that no layer of the catalogue stands for: those of the ONNX standard
 * (https://onnx.ai/onnx/operators), on values of any type, for inference only. Which function runs is chosen
 * by the operator's name and the version of the operator set. An operator that is not here is refused by
 * its name. */
#pragma once

#include "cj-array.h"

G_BEGIN_DECLS

#define CJ_EXTRA_MAX_OPSET 24

typedef enum
{
  CJ_ATTR_FLOAT,
  CJ_ATTR_INT,
  CJ_ATTR_TEXT,
  CJ_ATTR_VALUE,
  CJ_ATTR_FLOATS,
  CJ_ATTR_INTS,
  CJ_ATTR_TEXTS,
  CJ_ATTR_GRAPH,
  CJ_ATTR_OTHER /* of a kind that no operator here takes */
} CjAttrKind;

typedef struct
{
  char *name;
  CjAttrKind kind;
  double f;
  gint64 i;
  char *text;
  CjArray *value;
  char *ref;      /* in a function: its value is that of an attribute of the call, of this name */
  gpointer graph; /* whoever runs whole graphs knows what it is */
  GDestroyNotify free_graph;
  guint n; /* of these: */
  double *floats;
  gint64 *ints;
  char **texts;
} CjAttr;

CjAttr *cj_attr_new (const char *name, CjAttrKind kind);
void cj_attr_free (CjAttr *attr);

/* One operator of a graph. */
typedef struct
{
  char *op;         /* "Conv" */
  gint64 opset;     /* version of the set of operators it is meant in */
  GPtrArray *attrs; /* owns CjAttr */
} CjExtraNode;

CjExtraNode *cj_extra_node_new (const char *op, gint64 opset);
void cj_extra_node_free (CjExtraNode *node);
const CjAttr *cj_extra_node_find (const CjExtraNode *node, const char *name); /* or NULL */

typedef struct _CjExtraCall CjExtraCall;

/* What stands for an operator of versions [since, before). `out` comes NULL; one that nobody reads may stay so. */
typedef struct
{
  const char *op;
  gint64 since, before; /* before 0: no end */
  guint least, most;    /* inputs */
  gboolean (*run) (CjExtraCall *call, GError **error);
} CjExtraInfo;

/* The function of an operator, or NULL. */
const CjExtraInfo *cj_extra_find (const char *op, gint64 opset);

struct _CjExtraCall
{
  const CjExtraNode *node;
  const CjExtraInfo *info;
  guint n_in;
  CjArray *const *in; /* NULL: not given */
  guint n_out;
  CjArray **out; /* owned by whoever calls */
};

/* Runs a node: `in` and `out` as in CjExtraCall. The error begins with the operator's name; its code is
 * CJ_ERROR_PARAM for what is not done here and another one for what is wrong. On failure all `out` are NULL.
 * Any thread. */
gboolean cj_extra_run (const CjExtraNode *node, guint n_in, CjArray *const *in, guint n_out,
                       CjArray **out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjAttr, cj_attr_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjExtraNode, cj_extra_node_free)

G_END_DECLS

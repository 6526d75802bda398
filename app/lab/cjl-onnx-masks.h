/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which keys a query may hear, as models spell it: by a mask that is added to the scores, chooses among them, or is
 * multiplied with the weights. */
#pragma once

#include "cjl-onnx-import-private.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_ONNX_MASK_ADDS,  /* 0 where it hears, far below where not */
  CJL_ONNX_MASK_HEARS, /* 1 where it hears */
  CJL_ONNX_MASK_SHUTS, /* 1 where it does not */
  CJL_ONNX_MASK_TIMES  /* 1 where it hears, 0 where not, behind the softmax */
} CjlOnnxMaskKind;

#define CJL_ONNX_FAR (-1e3) /* what a mask adds at least where nothing is heard */

/* A mask [.., T, S] that lets everything be heard, or nothing that comes later; FALSE: another one. What ADDS puts
 * there at least goes to *far if that is less far. */
gboolean cjl_onnx_read_mask (const CjArray *mask, gint64 t, gint64 s, CjlOnnxMaskKind kind,
                             gboolean *causal, double *far);

/* A mask that depends on the input: for that, its values have to be those of marks of the padding. */
typedef struct
{
  const char *name;
  CjlOnnxMaskKind kind;
  const CjDims *dims; /* of the scores [.., T, S] that it is stretched over */
  /* where what is not heard is, at the shallowest and at the deepest; found out of ADDS, of TIMES it does not count */
  double far, farthest;
} CjlOnnxMask;

/* Which sample each slice [T, S] of the scores is of. */
typedef struct
{
  gint64 slices, t, s;
  const gint64 *sample; /* [slices] */
} CjlOnnxScores;

/* Marks [N, S] of the padding. */
typedef struct
{
  const char *name; /* NULL: none */
  gint64 word;      /* that is padding; −1: all but 0 is */
  gboolean bits;    /* it is known of marks that are 0 or 1 alone */
  gboolean
      alike; /* queries that may hear nothing come out as of the layer, by which they hear nothing */
} CjlOnnxMarks;

/* What all of these masks are made of. FALSE: of something else. `later`: where another mask has what comes later, 0 if
 * there is none. */
gboolean cjl_onnx_find_marks (const CjlOnnxImport *import, CjlOnnxMask *masks, guint n,
                              const CjlOnnxScores *scores, double later, CjlOnnxMarks *marks);

G_END_DECLS

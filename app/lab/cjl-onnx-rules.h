/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which layers stand for which operators: what the rules of cjl-onnx-layers.c and cjl-onnx-windows.c share. A rule
 * looks at a node and those behind it, and either makes a layer (*handled) or leaves the node alone. */
#pragma once

#include "cjl-onnx-import-private.h"

G_BEGIN_DECLS

typedef gboolean (*CjlOnnxRule) (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                 GError **error);

/* Attributes, or what they are unless given. */
gint64 cjl_onnx_get_int (const CjdOnnxNode *node, const char *name, gint64 preset);
double cjl_onnx_get_float (const CjdOnnxNode *node, const char *name, double preset);
gboolean cjl_onnx_text_is (const CjdOnnxNode *node, const char *name, const char *preset,
                           const char *text);

gboolean cjl_onnx_is_op (const CjdOnnxNode *node, const char *op); /* NULL: no */
guint cjl_onnx_rank_of (const CjlOnnxImport *import, const char *name);
/* How much a Pad puts before and after each of `rank` dimensions (2 rank numbers; those it takes away are negative);
 * FALSE: it cannot be told, or it is no zeros. */
gboolean cjl_onnx_read_pads (const CjlOnnxImport *import, const CjdOnnxNode *node, guint rank,
                             gint64 *pads);
/* A constant of one number; whether it is about this one. */
gboolean cjl_onnx_get_number (const CjlOnnxImport *import, const char *name, double *number);
gboolean cjl_onnx_is_number (const CjlOnnxImport *import, const char *name, double wanted);
/* The dimensions that a node is told, by an attribute or its second input, as bits; FALSE: it is not. */
gboolean cjl_onnx_read_axes (const CjlOnnxImport *import, const CjdOnnxNode *node, guint rank,
                             guint *bits);
/* The input of a node of two that is not `x`. */
const char *cjl_onnx_other_input (const CjdOnnxNode *node, const char *x);
/* The one node that reads the result of another, if it is of this kind, or NULL. */
const CjdOnnxNode *cjl_onnx_next_op (const CjlOnnxImport *import, const CjdOnnxNode *node,
                                     const char *op);
/* The Add behind a product, if it adds one number a unit of a result of this rank: *bias. Else NULL, for both. */
const CjdOnnxNode *cjl_onnx_find_bias (const CjlOnnxImport *import, const CjdOnnxNode *node,
                                       gint64 units, guint rank, CjArray **bias);
/* Input 2 of one number a unit, or none; FALSE: it is of another kind. */
gboolean cjl_onnx_read_bias (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 units,
                             CjArray **bias);

/* The node is part of a layer; a layer (NULL: FALSE) makes what `last` makes; a node changes nothing. */
void cjl_onnx_take (CjlOnnxImport *import, const CjdOnnxNode *node);
gboolean cjl_onnx_finish (CjlOnnxImport *import, const CjdOnnxNode *last, CjNode *made,
                          gboolean *handled);
gboolean cjl_onnx_pass_on (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled);

/* Dimension `axis` of a value as the canvas has it, which is another one while a rule is lifted. */
gint64 cjl_onnx_axis (const CjlOnnxImport *import, gint64 axis);

/* Conv, ConvTranspose, MaxPool and AveragePool; global pools over time. */
gboolean cjl_onnx_rule_conv (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error);
gboolean cjl_onnx_rule_conv_transpose (CjlOnnxImport *import, const CjdOnnxNode *node,
                                       gboolean *handled, GError **error);
gboolean cjl_onnx_rule_pool (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error);
gboolean cjl_onnx_rule_pool_all (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                 GError **error);

/* Conv over depth, height and width. */
gboolean cjl_onnx_rule_conv_3d (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                GError **error);

/* Pictures: Pad (of sequences as well), Resize and Upsample, two Gathers of rows and columns, two MatMuls of them,
 * DepthToSpace, LRN. */
gboolean cjl_onnx_rule_pad (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                            GError **error);
gboolean cjl_onnx_rule_resize (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                               GError **error);
gboolean cjl_onnx_rule_gather_rows (CjlOnnxImport *import, const CjdOnnxNode *node,
                                    gboolean *handled, GError **error);
gboolean cjl_onnx_rule_axes (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error);
gboolean cjl_onnx_rule_largest_of (CjlOnnxImport *import, const CjdOnnxNode *node,
                                   gboolean *handled, GError **error);
gboolean cjl_onnx_rule_pixel_shuffle (CjlOnnxImport *import, const CjdOnnxNode *node,
                                      gboolean *handled, GError **error);
gboolean cjl_onnx_rule_lrn (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                            GError **error);
/* What `from` reads with every stride-th pixel between so many empty channels, as what `last` makes. */
gboolean cjl_onnx_put_shortcut (CjlOnnxImport *import, const CjdOnnxNode *from,
                                const CjdOnnxNode *last, gint64 stride, gint64 before,
                                gint64 behind, gboolean *handled, GError **error);

/* The order in which a Permute puts the axes of what it reads, `from`, to make a value; NULL: something else makes it. */
const char *cjl_onnx_find_order (const CjlOnnxImport *import, const char *name, CjlOnnxMade *from);
/* The axes of a sample of a value in another order, "231", by a Permute unless it was one that made them so. */
gboolean cjl_onnx_order_axes (CjlOnnxImport *import, const CjdOnnxNode *node, const char *name,
                              const char *order, CjlOnnxMade *made, GError **error);
/* Pictures with their channels last: MatMul with a matrix, Mul with numbers a channel. */
gboolean cjl_onnx_rule_pixels (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                               GError **error);
gboolean cjl_onnx_rule_channel_scale (CjlOnnxImport *import, const CjdOnnxNode *node,
                                      gboolean *handled, GError **error);

/* Pieces: Split, Slice; a Mul of two halves of which one is a gate. */
gboolean cjl_onnx_rule_split (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                              GError **error);
gboolean cjl_onnx_rule_slice (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                              GError **error);
gboolean cjl_onnx_rule_glu (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                            GError **error);

/* Normalisations: BatchNormalization, InstanceNormalization, LayerNormalization, a ReduceMean or a square that spells one begins with. */
gboolean cjl_onnx_rule_batch_norm (CjlOnnxImport *import, const CjdOnnxNode *node,
                                   gboolean *handled, GError **error);
gboolean cjl_onnx_rule_instance_norm (CjlOnnxImport *import, const CjdOnnxNode *node,
                                      gboolean *handled, GError **error);
gboolean cjl_onnx_rule_layer_norm (CjlOnnxImport *import, const CjdOnnxNode *node,
                                   gboolean *handled, GError **error);
gboolean cjl_onnx_rule_spelled_norm (CjlOnnxImport *import, const CjdOnnxNode *node,
                                     gboolean *handled, GError **error);
gboolean cjl_onnx_rule_rms_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                 GError **error);

/* Whatever a row of operators computes that a layer for single numbers does. */
gboolean cjl_onnx_rule_pointwise (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                  GError **error);

/* Whatever sums, products and functions a formula can say, if no layer does; and where a formula is taken up by one
 * node more, of the same value. */
gboolean cjl_onnx_rule_formula (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                GError **error);
gboolean cjl_onnx_rule_formula_row (CjlOnnxImport *import, const CjdOnnxNode *node,
                                    gboolean *handled, GError **error);

/* Rounding to few bits and back; says at the end what there was of it. */
gboolean cjl_onnx_rule_quantise (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                 GError **error);
void cjl_onnx_remark_bits (CjlOnnxImport *import);

/* Products with weights of attention. */
gboolean cjl_onnx_rule_attention (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                  GError **error);

/* RNN, LSTM and GRU. */
gboolean cjl_onnx_rule_recurrent (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                                  GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of ops, with their attributes. Letters: N batch, C channels, H W picture, T time, I in,
 * U units, K classes, D dimensions of a row, E features of a token, V words or vertices. */
#pragma once

#include "cj-op.h"

G_BEGIN_DECLS

/* --- element by element --- */

typedef enum
{
  CJ_UNARY_RELU,
  CJ_UNARY_LEAKY_RELU, /* a: slope below 0 */
  CJ_UNARY_NEGATIVE,   /* min (x, 0) */
  CJ_UNARY_CLAMP,      /* to [a, b] */
  CJ_UNARY_ELU,        /* a: depth */
  CJ_UNARY_CELU,       /* a: depth */
  CJ_UNARY_SELU,
  CJ_UNARY_GELU,
  CJ_UNARY_GELU_TANH,
  CJ_UNARY_SILU,
  CJ_UNARY_MISH,
  CJ_UNARY_HARDSWISH,
  CJ_UNARY_HARDSIGMOID,
  CJ_UNARY_SIGMOID,
  CJ_UNARY_LOG_SIGMOID,
  CJ_UNARY_TANH,
  CJ_UNARY_TANHSHRINK,
  CJ_UNARY_SOFTSIGN,
  CJ_UNARY_SOFTPLUS, /* a: sharpness; linear where a x > b */
  CJ_UNARY_AFFINE,   /* a x + b */
  CJ_UNARY_ABS,      /* a: slope at 0 */
  CJ_UNARY_SQUARE,
  CJ_UNARY_SQRT,
  CJ_UNARY_EXP,
  CJ_UNARY_LOG,
  CJ_UNARY_SIN,
  CJ_UNARY_COS,
  CJ_UNARY_POWER, /* x^a */
  CJ_UNARY_ROUND  /* to the nearest multiple of a; the gradient passes as it comes */
} CjUnaryKind;

typedef struct
{
  CjUnaryKind kind;
  double a, b;
} CjUnaryAttrs;

typedef enum
{
  CJ_BINARY_ADD,
  CJ_BINARY_SUBTRACT,
  CJ_BINARY_MULTIPLY,
  CJ_BINARY_DIVIDE,
  CJ_BINARY_MAXIMUM, /* ties go to the first */
  CJ_BINARY_MINIMUM,
  CJ_BINARY_POWER /* a^b; the exponent learns where a > 0 */
} CjBinaryKind;

typedef struct
{
  CjBinaryKind kind;
} CjBinaryAttrs;

typedef enum
{
  CJ_NOISE_DROPOUT,  /* amount: share of elements set to 0 */
  CJ_NOISE_CHANNELS, /* amount: share of whole feature maps set to 0 */
  CJ_NOISE_GAUSSIAN  /* amount: deviation of what is added */
} CjNoiseKind;

typedef struct
{
  CjNoiseKind kind;
  double amount;
} CjNoiseAttrs;

extern const CjOpInfo cj_op_unary;  /* any shape */
extern const CjOpInfo cj_op_binary; /* two equal shapes */
/* Two shapes of which one is stretched over the other where it has 1 or no dimension, counted from
 * the last. */
extern const CjOpInfo cj_op_broadcast;
extern const CjOpInfo cj_op_noise; /* any shape; nothing outside training */

/* --- products --- */

typedef struct
{
  int kernel_h, kernel_w, stride_h, stride_w;
  int pad_top, pad_bottom, pad_left, pad_right;
  int dilation_h, dilation_w;
  int groups;
} CjConv2dAttrs;

typedef struct
{
  gboolean transpose_b;
} CjMatmulAttrs;

#define CJ_CHAIN_MAX_LAYERS 4  /* inputs: x, then weight and bias of each */
#define CJ_CHAIN_MAX_WIDTH 128 /* units or inputs of a layer */

/* Functions whose slope is known from what they give. */
typedef enum
{
  CJ_CHAIN_NONE,
  CJ_CHAIN_RELU,
  CJ_CHAIN_TANH,
  CJ_CHAIN_SIGMOID
} CjChainFunction;

typedef struct
{
  double plus, minus;                         /* A₊, A₋: of weights */
  double triplet;                             /* A₃ */
  double decay_plus, decay_minus, decay_slow; /* what is left of r₁, o₁, o₂ after a moment */
  gboolean nearest;                           /* else all spikes count */
  gboolean rewarded; /* in[3], in[4] say of each sample whether it went well */
  double eligible;   /* what is left of an eligibility after a moment */
  double largest;    /* weight */
  double mean;       /* of the weights of a neuron, held; 0: not */
} CjStdpAttrs;

/* in: x [N, T, I], y [N, T, U] (spikes), weight [U, I], scores [N, K], class [N] (int32; the last two of rewarded
 * ones); out: spikes of a neuron in a sample, a number. Backward the weight gets minus the change that the times
 * of spikes want; nothing goes on. */
extern const CjOpInfo cj_op_stdp;

typedef struct
{
  guint n_layers;
  CjChainFunction functions[CJ_CHAIN_MAX_LAYERS];
  gint64 widths[CJ_CHAIN_MAX_LAYERS + 1]; /* of what goes in and of each layer; set by infer */
} CjDenseChainAttrs;

/* in: x [N, ..., I], weight [U, I], bias [U] (optional), feedback [U, I] (optional): the weight of the way
 * back, in place of the first; if it learns, it gets the first one's gradient. out [N, ..., U]. */
extern const CjOpInfo cj_op_dense;
/* Whether this op is a dense layer so large that a library's products are worth having (CjOp.blas). */
gboolean cj_dense_is_large (const CjOp *op);
/* in: x [N, C, H, W], weight [O, C/groups, kh, kw], bias [O] (optional), feedback, shaped as the weight
 * (optional): that of the way back, as for dense; out [N, O, H', W']. */
extern const CjOpInfo cj_op_conv2d;
/* Whether convolutions with kernels of 3×3 may be done by Winograd's method, which is 1.5 to 2.5 times
 * as fast and rounds three to nine times as coarsely: unless the environment variable CAJAL_WINOGRAD is
 * "off" or cj_conv2d_allow_winograd says otherwise. Not while a program exists. */
gboolean cj_conv2d_allows_winograd (void);
void cj_conv2d_allow_winograd (gboolean allow);
/* Whether this op, one of the two, is done so. */
gboolean cj_conv2d_is_winograd (const CjOp *op);
/* The same two with what is below 0 set to 0; put in by the plan. */
extern const CjOpInfo cj_op_dense_relu;
extern const CjOpInfo cj_op_conv2d_relu;
/* Small dense layers in a row, put in by the plan. In: x [N, U0], weight [U1, U0], bias [U1] (optional),
 * weight [U2, U1] ...; out [N, U of the last]. */
extern const CjOpInfo cj_op_dense_chain;
/* in: a [..., M, K], b [..., K, N] (or [..., N, K]) with equal leading dimensions; out [..., M, N]. */
extern const CjOpInfo cj_op_matmul;

/* --- ways of errors and changes of weights, put in by learning rules --- */

typedef enum
{
  CJ_LOCAL_HEBB,
  CJ_LOCAL_OJA,
  CJ_LOCAL_SANGER,
  CJ_LOCAL_BCM,
  CJ_LOCAL_WINNER,
  CJ_LOCAL_KOHONEN
} CjLocalKind;

typedef struct
{
  CjLocalKind kind;
  double decay;        /* of weights, for Hebb and BCM */
  double follow;       /* share of a step in the threshold of BCM */
  double width, least; /* of the neighbourhood on the map, at first and from `steps` on */
  double steps;
  gint64 columns; /* of the map: unit u stands at (u mod columns, u / columns) */
} CjLocalAttrs;

/* in: x [N, I], y [N, U], weight [U, I], threshold [U] (state, of BCM); out: the mean of y², a number. Backward
 * the weight gets minus the change that the rule wants, whatever comes to the number; nothing goes on. */
extern const CjOpInfo cj_op_local;

typedef struct
{
  CjDenseChainAttrs row;
  int steps;             /* of settling */
  double rate;           /* of one of them */
  double push, variance; /* β, σ² */
} CjPredictiveAttrs;

/* Inputs as those of cj_op_dense_chain, with layers of any size; out [N, U of the last]. Backward by predictive
 * coding. */
extern const CjOpInfo cj_op_predictive;

/* How the last layer is moved by the error after the free state. */
typedef enum
{
  CJ_NUDGE_AGAINST, /* what comes to it, against the error */
  CJ_NUDGE_RANDOM,  /* against it or along it, drawn anew in each step */
  CJ_NUDGE_BOTH,    /* both, one after the other, and these two are compared */
  CJ_NUDGE_HELD     /* held moved against the error, whatever comes to it */
} CjNudge;

typedef struct
{
  CjDenseChainAttrs row;
  CjNudge nudge;
  int free_steps, nudged_steps; /* of settling */
  double rate;                  /* of one of them: share of the way, to 1 */
  double push, feedback;        /* β, γ */
} CjEquilibriumAttrs;

/* The same, with connections back of γ times the weights: out is the state at rest. Backward by the difference
 * of two such states. */
extern const CjOpInfo cj_op_equilibrium;

typedef enum
{
  CJ_LABEL_RIGHT,
  CJ_LABEL_WRONG, /* one of the other classes, drawn anew in each step */
  CJ_LABEL_EVERY, /* a copy of the sample for each class */
  CJ_LABEL_NEUTRAL
} CjLabelKind;

typedef struct
{
  CjLabelKind kind;
  gint64 n_classes;
  gboolean apart; /* the copies have an axis of their own, if there is but one, too */
} CjLabelAttrs;

typedef struct
{
  double threshold; /* θ */
} CjGoodnessAttrs;

/* in: x [N, ...], class [N] (int32, of right and wrong labels), scores [N, K] (optional: wrong ones are drawn by their
 * softmax); out x, [N, copies, ...] where they are apart, with its first numbers, as many as there are classes, as
 * dark as the darkest of the sample, but for that of the label, which is as bright as its brightest; all a K-th of
 * the way between for a neutral one. */
extern const CjOpInfo cj_op_label;
/* in: right y [N, ...], wrong y [N, ...]; out: a number that is the smaller the more active the units are for
 * the first and the less for the second. */
extern const CjOpInfo cj_op_goodness;
typedef struct
{
  double follow; /* share of a step in the usual cost */
} CjRewardAttrs;

typedef struct
{
  CjChainFunction function; /* of the way back */
  double step;              /* how far from an activity its target is, in gradients of its sample */
} CjTargetAttrs;

/* in: costs [N], or scores [N, K], usual cost [1] (state), class [N] (int32, of scores); out [N]: by how much the
 * cost of each sample is above the usual one, which follows in training. Scores cost 1 where the largest is not
 * that of the class, else 0. Without gradient. */
extern const CjOpInfo cj_op_reward;
/* in: h [N, U] that a layer sends, x [N, I] that came to it, weight [I, U] and bias [I] of the way back g; out h as it
 * is. What comes to h backward says where its target is; x gets where its own is, by differences of g. */
extern const CjOpInfo cj_op_target;
/* in: y [N, ..., K], x [N, ...] with D numbers to a row of y, B [K, D]; out y as it is. Of what comes to y
 * backward, each row e hands e B to x besides. */
extern const CjOpInfo cj_op_feedback;
/* in: w, r of one shape; out |r| with the signs of w, 0 where w is 0; without gradient. */
extern const CjOpInfo cj_op_signs;

/* --- pooling and resampling --- */

typedef struct
{
  int kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
  gboolean ceil;        /* a last window that is not full counts */
  gboolean exclude_pad; /* average over what is there, not over the padding */
  int out_h, out_w;     /* adaptive: size of the result, the above is ignored; 0 0: not */
} CjPoolAttrs;

typedef enum
{
  CJ_REMAP_ZEROS,
  CJ_REMAP_REFLECT,
  CJ_REMAP_CIRCULAR,
  CJ_REMAP_EDGE,
  CJ_REMAP_NEAREST /* the picture is stretched to out_h × out_w */
} CjRemapMode;

/* Padding (negative: cropping), after `spread` - 1 zeros were put between neighbours. */
typedef struct
{
  CjRemapMode mode;
  int top, bottom, left, right;
  int spread_h, spread_w; /* at least 1 */
  int out_h, out_w;       /* of CJ_REMAP_NEAREST */
} CjRemapAttrs;

typedef struct
{
  int out_h, out_w;
  gboolean align_corners;
} CjBilinearAttrs;

typedef struct
{
  int stride;
  int before, behind; /* empty channels */
} CjShortcutAttrs;

/* in: x [N, C, H, W]; out [N, C, H', W']. Ties of a maximum go to the first in row order. */
extern const CjOpInfo cj_op_max_pool2d;
extern const CjOpInfo cj_op_avg_pool2d;
/* in: x [N, C, H, W]; out [N, C, H', W']: every pixel is one of x or 0. */
extern const CjOpInfo cj_op_remap2d;
/* Every stride-th pixel of x, between empty channels: out [N, before + C + behind, H', W']. */
extern const CjOpInfo cj_op_shortcut;
extern const CjOpInfo cj_op_bilinear; /* resampling with weights of the four neighbours */

/* --- the same numbers in another order --- */

typedef struct
{
  CjShape shape; /* whole */
} CjReshapeAttrs;

typedef struct
{
  int axes[CJ_MAX_DIMS]; /* axis i of the result is axis axes[i] of x */
  guint flip;            /* bits of axes of the result that are read backwards */
} CjPermuteAttrs;

typedef struct
{
  int axis;
  gint64 begin, length;
} CjSliceAttrs;

typedef struct
{
  int axis;
} CjAxisAttrs;

typedef struct
{
  int kernel, stride, pad, dilation;
} CjUnfoldAttrs;

extern const CjOpInfo cj_op_reshape;
extern const CjOpInfo cj_op_permute;
extern const CjOpInfo cj_op_slice;
extern const CjOpInfo cj_op_concat;     /* up to CJ_OP_MAX_IN inputs along CjAxisAttrs */
extern const CjOpInfo cj_op_prepend;    /* x [N, T, E], token [1, E]; out [N, T + 1, E] */
extern const CjOpInfo cj_op_to_picture; /* [N, T, C] to [N, C, 1, T] */
extern const CjOpInfo cj_op_to_tokens;  /* [N, C, H, W] to [N, H W, C] */
/* [N, C, D, H, W] to [N D', C k, H, W]: the k slices under each window of depths as channels. */
extern const CjOpInfo cj_op_unfold_depth;
extern const CjOpInfo cj_op_to_last; /* changes of layout, put in by the builder */
extern const CjOpInfo cj_op_to_plain;

/* --- sums over axes --- */

typedef enum
{
  CJ_REDUCE_SUM,
  CJ_REDUCE_MEAN
} CjReduceKind;

typedef struct
{
  CjReduceKind kind;
  guint axes; /* bits */
  gboolean keep;
} CjReduceAttrs;

typedef struct
{
  int axis;
  gboolean log;
} CjSoftmaxAttrs;

extern const CjOpInfo cj_op_reduce;
extern const CjOpInfo cj_op_softmax;

/* --- normalisation --- */

typedef struct
{
  double eps, momentum;
  gboolean fixed; /* the running statistics, in training as well */
} CjBatchNormAttrs;

/* Rows of D numbers are normalised; number i of row r meets weight ((r D + i) / per) mod A, with A
 * the size of the weight. */
typedef struct
{
  gint64 row; /* D */
  gint64 per;
  double eps;
  gboolean rms; /* divide by the root mean square, without taking the mean away */
} CjRowNormAttrs;

typedef struct
{
  int size;
  double alpha, beta, k;
} CjLocalNormAttrs;

/* in: x [N, C, ...], weight [C], bias [C] (both optional), running mean [C], running variance [C]. */
extern const CjOpInfo cj_op_batch_norm;
extern const CjOpInfo cj_op_batch_norm_rows; /* the same for x [N, T, C] */
/* The same two with what is below 0 set to 0, with z shaped as x (in[5]) added, or both in turn; put in
 * by the plan. */
extern const CjOpInfo cj_op_batch_norm_relu;
extern const CjOpInfo cj_op_batch_norm_add;
extern const CjOpInfo cj_op_batch_norm_add_relu;
/* in: x, weight [A] and bias [A] (both optional). */
extern const CjOpInfo cj_op_row_norm;
extern const CjOpInfo cj_op_local_norm; /* x [N, C, H, W] */

/* --- circuits --- */

/* Rows of `row` numbers that lie `per` apart compete, as in [N, C, H, W] the channels with `per` H W. */
typedef struct
{
  gint64 k, row, per;
} CjWinnersAttrs;

typedef struct
{
  double target,
      rate;     /* activity wanted; largest share of itself by which a gain moves in a step */
  double share; /* of a step in the usual activity */
  double limit; /* of a gain, and of its inverse */
} CjHomeostasisAttrs;

#define CJ_HEADS_MAX 256
#define CJ_HEADS_SHUT -1e9f /* a score that is not there: its probability is 0 */

typedef struct
{
  guint n_classes;
  guint8 heads[CJ_HEADS_MAX]; /* of each class */
} CjHeadsAttrs;

/* in: scores [N, K], classes [N] (integers); out [N, K]: scores of other heads than that of the row's class are
 * CJ_HEADS_SHUT. */
extern const CjOpInfo cj_op_heads;
/* in: x [N, ...]; out the same: the k largest of each row, of equal ones the first, and 0. */
extern const CjOpInfo cj_op_winners;
/* in: x [N, U], [N, T, U] or [N, U, ...], activity [U], gain [U] (both state); out x times the gain. */
extern const CjOpInfo cj_op_homeostasis;

/* --- sequences --- */

typedef struct
{
  int padding; /* the word whose row never learns, -1: none */
} CjEmbeddingAttrs;

typedef struct
{
  int heads;
  gboolean causal; /* a moment hears itself and the ones before it */
  gboolean
      by_word; /* the marks of padding are words, and `word` is the one that counts for nothing */
  int word;
} CjAttentionAttrs;

typedef enum
{
  CJ_CELL_TANH,
  CJ_CELL_RELU,
  CJ_CELL_LSTM, /* gates in the order i f g o */
  CJ_CELL_GRU   /* r z n */
} CjCell;

typedef struct
{
  CjCell cell;
  gboolean reverse; /* runs from the last moment to the first */
} CjRecurrentAttrs;

/* in: ids [N, ...] (integers), table [V, E]; out [N, ..., E]. */
extern const CjOpInfo cj_op_embedding;
/* in: x [N, T, E], table [T, E]; out: x plus the table. */
extern const CjOpInfo cj_op_places;
/* in: x [N, T, E]; out: x plus the sine and cosine waves of the moment. */
extern const CjOpInfo cj_op_sinusoid;
/* in: q [N, T, E], k [N, S, E], v [N, S, E], padding [N, S] (optional, a key counts where it
 * is 0, or by word);
 * or, without k and v, q [N, T, 3 E] holds the three side by side. Out: mixed [N, T, E], weights
 * [N, heads, T, S] (only where someone looks). */
extern const CjOpInfo cj_op_attention;
/* in: gates [N, T, G H] (the input's share, bias included), weight [G H, P], bias [G H], h0 [N, P],
 * c0 [N, H], projection [P, H] (the last four optional); out: y [N, T, P], and where someone looks
 * the last h [N, P] and c [N, H]. G is 1, 4 or 3; without projection P = H. */
extern const CjOpInfo cj_op_recurrent;

/* --- spikes --- */

/* What stands for the slope of a step at u = v - threshold on the way back; k: slope, g: height. */
typedef enum
{
  CJ_SURROGATE_FAST_SIGMOID, /* g / (1 + k |u|)^2 */
  CJ_SURROGATE_ARCTAN,       /* g (k / 2) / (1 + (pi k u / 2)^2) */
  CJ_SURROGATE_TRIANGLE,     /* g max (0, 1 - k |u|) */
  CJ_SURROGATE_SIGMOID,      /* g k p (1 - p), p the sigmoid of k u */
  CJ_SURROGATE_STRAIGHT      /* g */
} CjSurrogate;

typedef enum
{
  CJ_RESET_SUBTRACT, /* the threshold is taken off, at once, so that what is above it counts on */
  CJ_RESET_ZERO,
  CJ_RESET_NONE
} CjReset;

typedef struct
{
  double decay, threshold;        /* of all units where in[2], in[3] are not given */
  double synapse;                 /* decay of the current; 0: none, it acts at once */
  double adapt_decay, adapt_jump; /* of what a spike adds to the threshold; jump 0: none */
  gboolean scaled;                /* the current times 1 - decay, as in v' = (x - v) / tau */
  gboolean silent;                /* never fires: a leaky integrator */
  int refractory;                 /* moments after a spike in which nothing moves the membrane */
  CjReset reset;
  gboolean attached; /* the gradient passes the reset as well */
  CjSurrogate surrogate;
  double slope, height;
  int window;     /* the gradient ends at moments that are multiples of this; 0: nowhere */
  gboolean eprop; /* the gradient stays within a unit: no way back through in[1] */
  gboolean soft;  /* spikes are the integral of the surrogate: for checks of gradients */
} CjSpikesAttrs;

/* Neurons whose synapses are conductances, in units of the leak; potentials in steps from rest, 0. */
typedef struct
{
  double step;             /* a moment in time constants of the membrane at rest */
  double decay_e, decay_i; /* of the conductances */
  double reversal_e, reversal_i;
  double threshold, reset;
  int refractory; /* moments after a spike in which nothing moves the membrane */
  gboolean attached;
  CjSurrogate surrogate;
  double slope, height;
  int window;
  gboolean soft; /* the last six as of CjSpikesAttrs */
} CjConductanceAttrs;

#define CJ_CONDUCTANCE_MACS                                                                        \
  10 /* of a unit at a moment, e^x and a division counted as four and two */

typedef enum
{
  CJ_ENCODE_REPEAT,  /* the same current at every moment */
  CJ_ENCODE_POISSON, /* spikes by chance, with the value as their probability */
  CJ_ENCODE_LATENCY  /* one spike, the sooner the larger the value; none at 0 */
} CjEncodeKind;

typedef struct
{
  CjEncodeKind kind;
  int steps;        /* T */
  gboolean each;    /* values run from the least to the largest of each sample, not low to high */
  double low, high; /* mean 0 and 1; what is outside is cut */
  double rate;      /* probability of a spike of the value 1 */
} CjEncodeAttrs;

typedef enum
{
  CJ_MOMENT_MAX,   /* the first largest */
  CJ_MOMENT_FIRST, /* the largest of y[t] (T - t) / T: how soon a first spike comes; 0: none */
  CJ_MOMENT_LAST
} CjMomentKind;

typedef struct
{
  CjMomentKind kind;
} CjMomentAttrs;

typedef enum
{
  CJ_SYNAPSE_DELAY,   /* in: x, delays [U]; y[t] = x[t - d], between whole moments in proportion */
  CJ_SYNAPSE_PLASTIC, /* in: x; depression and facilitation by use */
  CJ_SYNAPSE_CHANGES  /* in: x; 1 where x rose by the threshold since the moment before, -1 fell */
} CjSynapseKind;

typedef struct
{
  CjSynapseKind kind;
  int most;                        /* delay */
  double use, recover, facilitate; /* U; what is left of either after a moment */
  double threshold;                /* of a change */
  gboolean both;                   /* falls count, not only rises */
} CjSynapseAttrs;

typedef struct
{
  double decay, threshold;
  double jump,
      left; /* of what a spike adds to the threshold; what is left of that after a sample */
  double inhibition; /* taken off all others at a spike */
  int refractory;    /* moments after a spike in which nothing comes in */
} CjRivalsAttrs;

typedef struct
{
  double share;      /* of a sample in the usual activity */
  gboolean by_class; /* a unit votes for one class; else for all, in proportion */
} CjVoteAttrs;

/* in: current [N, T, ...] of U units, weight [U, U] from the spikes of the moment before, decay [U],
 * threshold [U] (the last three optional); out: spikes and the membrane before its reset, shaped as the
 * current. */
extern const CjOpInfo cj_op_spikes;
/* in: excitation [N, T, ...] of U units, at least 0, inhibition shaped so, at most 0, current [U] (optional); out:
 * spikes, the membrane before its reset, the excitatory and the inhibitory conductance, all shaped so. */
extern const CjOpInfo cj_op_conductance;
/* in: current [N, T, ...] of U units, what their thresholds have risen by [U] (state); out as of cj_op_spikes, at
 * most one spike a moment. */
extern const CjOpInfo cj_op_rivals;
/* in: x [N, U], usual activity [K, U] (state), class [N] (int32, optional: what learns from); out [N, K]. */
extern const CjOpInfo cj_op_vote;
/* in: x [N, ...]; out [N, T, ...]. */
extern const CjOpInfo cj_op_encode;
/* in: x [N, T, ...]; out [N, ...]: one moment of each unit. */
extern const CjOpInfo cj_op_moment;
/* in: x [N, T, ...]; out the same shape. */
extern const CjOpInfo cj_op_synapse;

/* --- graphs: V vertices; edges int32 [E, 2], every edge once in any direction --- */

/* in: h [V, U], edges; out [V, U]: D^-1/2 (A + I) D^-1/2 h (Kipf and Welling, 2017). */
extern const CjOpInfo cj_op_propagate;
/* in: x [V, ...], edges; out [V, V]: 0 at an edge and on the diagonal, -1e30 elsewhere. */
extern const CjOpInfo cj_op_adjacency;

/* --- losses; out: a scalar, or one number a row or element --- */

typedef enum
{
  CJ_REDUCTION_MEAN,
  CJ_REDUCTION_SUM,
  CJ_REDUCTION_NONE,
  CJ_REDUCTION_BATCH_MEAN /* sum over N */
} CjReduction;

#define CJ_MAX_WEIGHTS 128

/* A weight a class or output; n 0: all are 1. */
typedef struct
{
  int n;
  float w[CJ_MAX_WEIGHTS];
} CjWeights;

typedef struct
{
  CjReduction reduction;
  int axis;         /* of the classes */
  int ignore;       /* class that does not count, -1: none; classes below 0 never count */
  double smoothing; /* share of the target spread over all classes */
  gboolean logs;    /* x holds logarithms of probabilities, not scores */
  CjWeights weights;
} CjCrossEntropyAttrs;

typedef enum
{
  CJ_PAIR_SQUARE,
  CJ_PAIR_ABSOLUTE,
  CJ_PAIR_HUBER,      /* a: border, Huber 1964 */
  CJ_PAIR_SMOOTH_L1,  /* a: border, Girshick 2015 */
  CJ_PAIR_BCE_LOGITS, /* weights: of targets of 1; of the channels of pictures, else last */
  CJ_PAIR_BCE,
  CJ_PAIR_KL,          /* x holds log q, the target p */
  CJ_PAIR_GAUSSIAN_KL, /* x: mean, target: log variance; against the standard normal */
  CJ_PAIR_HINGE        /* a: margin; the target is 1, or -1 or 0 */
} CjPairKind;

typedef struct
{
  CjPairKind kind;
  CjReduction reduction;
  double a;
  CjWeights weights;
} CjPairLossAttrs;

typedef enum
{
  CJ_ROW_COSINE,     /* x1, x2 [N, D], y [N] 1 or -1; a: margin */
  CJ_ROW_TRIPLET,    /* anchor, positive, negative [N, D]; a: margin */
  CJ_ROW_MULTI_HINGE /* scores [N, K], target int32 [N]; a: margin */
} CjRowKind;

typedef struct
{
  CjRowKind kind;
  CjReduction reduction;
  double a;
} CjRowLossAttrs;

/* in: scores with the classes on an axis, target int32 (the same shape without that axis) or float
 * (the same shape). */
extern const CjOpInfo cj_op_cross_entropy;
extern const CjOpInfo cj_op_pair_loss; /* in: x, target, of one shape; [N, 1] meets [N] */
extern const CjOpInfo cj_op_row_loss;

G_END_DECLS

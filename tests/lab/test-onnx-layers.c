/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which layers imported models become, and that these answer as the evaluator does: rows of operators as PyTorch,
 * Keras and Cajal itself write them. */
#include "cj-error.h"
#include "cjl-onnx-import.h"
#include "onnx-canvas.h"
#include "onnx-text.h"

#include <string.h>
#include <time.h>

/* --- over time --- */

static void
test_time (void)
{
  static const OnnxCase cases[] = {
    { "conv",
      "in x -,4,40; w a 8,4,5; w b 8; w c 6,4,3; w d 5,54; w e 5; ones s 8; w t 8; w m 8; ones v 8;"
      "Conv x,a,b > p kernel_shape=5, strides=2, pads=2,2 dilations=1,;"
      "BatchNormalization p,s,t,m,v > q; Relu q > r; MaxPool r > u kernel_shape=2, strides=2,;"
      "Conv u,c > k kernel_shape=3, group=2 dilations=1,; LeakyRelu k > l alpha=0.1;"
      "AveragePool l > o kernel_shape=3, strides=1, pads=1,1 count_include_pad=1;"
      "Flatten o > f axis=1; w g 48,5; Gemm f,g,e > y; out y",
      "avg-pool-1d batch-norm conv-1d 2 dense flatten leaky-relu max-pool-1d permute 2 relu" },
    { "bias behind",
      "in x -,4,20; w a 8,4,3; w b 8,1; Conv x,a > p; Add p,b > q; Transpose q > y perm=0,2,1; out "
      "y",
      "conv-1d permute" },
    { "same",
      "in x -,4,19; w a 8,4,4; Conv x,a > p auto_pad=SAME_UPPER strides=2,; Transpose p > y "
      "perm=0,2,1; out y",
      "conv-1d permute" },
    { "causal",
      "in x -,4,20; w a 8,4,3; l pads 0,0,4,0,0,0; Pad x,pads > p; Conv p,a > q dilations=2,;"
      "Transpose q > y perm=0,2,1; out y",
      "conv-1d permute" },
    { "transposed",
      "in x -,4,12; w a 4,6,4; w b 6; ConvTranspose x,a,b > p strides=2, pads=1,1 "
      "output_padding=1,; Tanh p > y; out y",
      "permute 2 tanh transposed-conv-1d" },
    { "all of it",
      "in x -,4,20; w a 8,4,3; Conv x,a > p; GlobalAveragePool p > q; Flatten q > f axis=1;"
      "GlobalMaxPool p > m; l axes 2; Squeeze m,axes > n; Add f,n > y; out y",
      "add conv-1d flatten max-pool-1d mean permute" },
    { "a residual",
      "in x -,4,20; w a 4,4,3; Conv x,a > p pads=1,1; Add p,x > q; Relu q > r; Concat r,x > s "
      "axis=1;"
      "ReduceMean s > y axes=2, keepdims=0; out y",
      "add concat conv-1d mean permute relu" },
    { "pictures of one row",
      "in x -,20,4; Transpose x > a perm=0,2,1; l n -1,4,1,20; Reshape a,n > b; w w 6,4,1,3;"
      "Conv b,w > c pads=0,1,0,1; l m -1,6,20; Reshape c,m > d; Transpose d > y perm=0,2,1; out y",
      "conv-1d" },
    { "a cell behind",
      "in x -,4,20; w a 6,4,3; Conv x,a > p; Relu p > q; Transpose q > s perm=2,0,1;"
      "w w 1,20,6; w r 1,20,5; w b 1,40; LSTM s,w,r,b > t hidden_size=5; l axes 1;"
      "Squeeze t,axes > u; n last -1; l end -1; Gather u,end > v axis=0; l zero 0; Squeeze v,zero "
      "> y; "
      "out y",
      "conv-1d lstm permute pick-token relu" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

/* --- recurrent --- */

#define LSTM "w w 1,24,4; w r 1,24,6; w b 1,48;"
#define STATE "zeros h 1,2,6;"

static const OnnxCase recurrent[] = {
  { "lstm, as PyTorch has it",
    "in x -,7,4; " LSTM "Transpose x > a perm=1,0,2; LSTM a,w,r,b > p,q,s hidden_size=6; l one 1;"
    "Squeeze p,one > t; Transpose t > y perm=1,0,2; out y",
    "lstm" },
  { "its states",
    "in x -,7,4; " LSTM "Transpose x > a perm=1,0,2; LSTM a,w,r,b > p,h,c hidden_size=6; l one 1;"
    "Squeeze p,one > t; Transpose t > y perm=1,0,2; out y; out h; out c",
    "lstm" },
  { "its last state alone",
    "in x -,7,4; " LSTM "Transpose x > a perm=1,0,2; LSTM a,w,r,b > -,h hidden_size=6; l zero 0;"
    "Squeeze h,zero > y; out y",
    "lstm" },
  { "the last cells",
    "in x -,7,4; " LSTM "Transpose x > a perm=1,0,2; LSTM a,w,r,b > -,h,c hidden_size=6; l zero 0;"
    "Squeeze c,zero > y; out y",
    "[Transpose] flatten lstm" },
  { "two directions",
    "in x -,7,4; w w 2,18,4; w r 2,18,6; w b 2,36; Transpose x > a perm=1,0,2;"
    "GRU a,w,r,b > p hidden_size=6 direction=bidirectional linear_before_reset=1;"
    "Transpose p > q perm=0,2,1,3; l n 0,0,-1; Reshape q,n > s; Transpose s > y perm=1,0,2; out "
    "y",
    "gru" },
  { "the ends of two directions",
    "in x -,7,4; w w 2,18,4; w r 2,18,6; w b 2,36; Transpose x > a perm=1,0,2;"
    "GRU a,w,r,b > p,h hidden_size=6 direction=bidirectional linear_before_reset=1;"
    "l i -2; l j -1; l zero 0; Gather h,i > k axis=0; Squeeze k,zero > l; Gather h,j > m axis=0; "
    "Squeeze m,zero > n; Concat l,n > y axis=1; out y",
    "gru" },
  { "both ends and all between",
    "in x -,7,4; w w 2,18,4; w r 2,18,6; Transpose x > a perm=1,0,2;"
    "GRU a,w,r > p,h hidden_size=6 direction=bidirectional linear_before_reset=1;"
    "Transpose h > k perm=1,0,2; l n 0,-1; Reshape k,n > y; Transpose p > q perm=2,0,1,3;"
    "l m 0,0,-1; Reshape q,m > z; out y; out z",
    "concat gru pick-token 2 split 2" },
  { "three on top of each other",
    "in x -,7,4; " LSTM "w w1 1,24,6; w r1 1,24,6; w b1 1,48; w w2 1,24,6; w r2 1,24,6; w b2 1,48;"
    "Transpose x > a perm=1,0,2; l one 1; LSTM a,w,r,b > p hidden_size=6; Squeeze p,one > q;"
    "LSTM q,w1,r1,b1 > s hidden_size=6; Squeeze s,one > t; Dropout t > d;"
    "LSTM d,w2,r2,b2 > u hidden_size=6; Squeeze u,one > v; l end -1; Gather v,end > e axis=0;"
    "l zero 0; Squeeze e,zero > y; out y",
    "lstm pick-token" },
  { "the last state of two",
    "in x -,7,4; " LSTM "w w1 1,24,6; w r1 1,24,6; w b1 1,48; Transpose x > a perm=1,0,2; l one 1;"
    "LSTM a,w,r,b > p,h hidden_size=6; Squeeze p,one > q; LSTM q,w1,r1,b1 > s,k hidden_size=6;"
    "Concat h,k > all axis=0; l end -1; l zero 0; Gather all,end > e axis=0; Squeeze e,zero > y; "
    "out y",
    "lstm" },
  { "a wider one on top",
    "in x -,7,4; " LSTM "w w1 1,32,6; w r1 1,32,8; w b1 1,64; Transpose x > a perm=1,0,2; l one 1;"
    "LSTM a,w,r,b > p hidden_size=6; Squeeze p,one > q; LSTM q,w1,r1,b1 > s hidden_size=8;"
    "Squeeze s,one > t; Transpose t > y perm=1,0,2; out y",
    "lstm 2" },
  { "rnn with relu",
    "in x -,7,4; w w 1,6,4; w r 1,6,6; w b 1,12; Transpose x > a perm=1,0,2;"
    "RNN a,w,r,b > p hidden_size=6 activations=Relu,Relu direction=forward; l one 1;"
    "Squeeze p,one > t; Transpose t > y perm=1,0,2; out y",
    "rnn" },
  { "samples first",
    "in x -,7,4; " LSTM
    "LSTM x,w,r,b > p,h hidden_size=6 layout=1; l two 2; Squeeze p,two > y; out y",
    "lstm" },
  { "moments first in the input",
    "in x 7,-,4; " LSTM "LSTM x,w,r,b > p hidden_size=6; l one 1; Squeeze p,one > t;"
    "Transpose t > y perm=1,0,2; out y",
    "lstm" },
  { "a state by a wire",
    "in x -,7,4; w w 1,18,4; w r 1,18,6; w w1 1,18,4; w r1 1,18,6; Transpose x > a perm=1,0,2;"
    "GRU a,w,r > -,h hidden_size=6 linear_before_reset=1;"
    "GRU a,w1,r1,-,-,h > p hidden_size=6 linear_before_reset=1; l one 1; Squeeze p,one > t;"
    "Transpose t > y perm=1,0,2; out y",
    "gru 2" },
  { "what no layer does stays a card",
    "in x -,7,4; w w 1,18,4; w r 1,18,6; Transpose x > a perm=1,0,2;"
    "GRU a,w,r > p hidden_size=6 linear_before_reset=0; l one 1; Squeeze p,one > t;"
    "Transpose t > y perm=1,0,2; out y",
    "[GRU] [Squeeze] [Transpose] 2" },
};

static void
test_recurrent (void)
{
  onnx_canvas_check_cases (recurrent, G_N_ELEMENTS (recurrent));
}

/* --- attention --- */

/* One dense layer for queries, keys and values in three pieces, as PyTorch 1 exports it, moments first. */
#define PYTORCH                                                                                    \
  "w win 12,36; w bin 36; w wo 12,12; w bo 12; n d 2.0; l s 3,36; l h 7,-1,4; l whole -1,12;"      \
  "l back 7,-1,12; l zero 0; l one 1; l two 2; l c0 0; l c1 12; l c2 24; l c3 36; l ax 2;"         \
  "Transpose x > t perm=1,0,2; MatMul t,win > m; Add m,bin > a; Slice a,c0,c1,ax > q;"             \
  "Slice a,c1,c2,ax > k; Slice a,c2,c3,ax > v; Reshape q,h > qh; Transpose qh > qt perm=1,0,2;"    \
  "Reshape k,h > kh; Transpose kh > kt perm=1,2,0; Reshape v,h > vh; Transpose vh > vt "           \
  "perm=1,0,2;"                                                                                    \
  "Div qt,d > qs; MatMul qs,kt > sc;"
#define PYTORCH_OUT                                                                                \
  "Softmax sm > pr axis=-1; MatMul pr,vt > o; Transpose o > ot perm=1,0,2; Reshape ot,whole > of;" \
  "Gemm of,wo,bo > og transB=1; Reshape og,back > ob; Transpose ob > y perm=1,0,2; out y"

/* Three dense layers, as BERT and many others have it; heads on an axis of their own. */
#define ON(x)                                                                                      \
  "w wq 12,12; w bq 12; w wk 12,12; w bk 12; w wv 12,12; w bv 12; w wo 12,12; w bo 12;"            \
  "l h 0,0,3,4; l back 0,0,12; n d 2.0; MatMul " #x ",wq > q0; Add bq,q0 > q; MatMul " #x          \
  ",wk > k0; "                                                                                     \
  "Add bk,k0 > k; MatMul " #x ",wv > v0; Add bv,v0 > v; Reshape q,h > qh; Transpose qh > qt "      \
  "perm=0,2,1,3; Reshape k,h > kh; Transpose kh > kt perm=0,2,3,1; Reshape v,h > vh;"              \
  "Transpose vh > vt perm=0,2,1,3; MatMul qt,kt > qk; Div qk,d > sc;"
#define BERT ON (x)
#define BERT_OUT                                                                                   \
  "Softmax sm > pr axis=3; MatMul pr,vt > o; Transpose o > ot perm=0,2,1,3; Reshape ot,back > of;" \
  "MatMul of,wo > og; Add og,bo > at;"

static void
test_attention (void)
{
  static const OnnxCase cases[] = {
    { "as PyTorch has it", "in x -,7,12; " PYTORCH "Identity sc > sm;" PYTORCH_OUT,
      "multi-head-attention" },
    { "causal", "in x -,7,12; mask late 7;" PYTORCH "Add sc,late > sm;" PYTORCH_OUT,
      "multi-head-attention" },
    { "as BERT has it", "in x -,7,12; " BERT "Identity sc > sm;" BERT_OUT "Add at,x > y; out y",
      "add multi-head-attention" },
    { "what it looks at is a result too",
      "in x -,7,12; " BERT "Identity sc > sm;" BERT_OUT "Identity at > y; out y; out pr",
      "multi-head-attention" },
    { "another mask stays cards",
      "in x -,7,12; w odd 7,7;" BERT "Add sc,odd > sm;" BERT_OUT "Identity at > y; out y",
      "[Add] [MatMul] 2 dense 4 formula permute 4 reshape 4 softmax" },
    { "fewer numbers a head than features",
      "in x -,7,12; w wq 12,6; w wk 12,6; w wv 12,6; w wo 6,12; l h 0,0,2,3; l back 0,0,6; n d 0.4;"
      "MatMul x,wq > q; MatMul x,wk > k; MatMul x,wv > v; Reshape q,h > qh; Transpose qh > qt "
      "perm=0,2,1,3; Reshape k,h > kh; Transpose kh > kt perm=0,2,3,1; Reshape v,h > vh; Transpose "
      "vh > "
      "vt perm=0,2,1,3; Mul qt,d > qs; MatMul qs,kt > sc; Softmax sc > pr axis=3; MatMul pr,vt > o;"
      "Transpose o > ot perm=0,2,1,3; Reshape ot,back > of; MatMul of,wo > y; out y",
      "multi-head-attention" },
    { "a block",
      "in x -,7,12; " BERT "Identity sc > sm;" BERT_OUT
      "Add at,x > s1; w g1 12; w h1 12; w g2 12; w h2 12; n eps 0.00001; n half 0.5; n root "
      "1.41421356;"
      "n uno 1.0; n sq 2.0; w f1 12,20; w c1 20; w f2 20,12; w c2 12;"
      "ReduceMean s1 > n1 axes=-1, ; Sub s1,n1 > n2; Pow n2,sq > n3; ReduceMean n3 > n4 axes=-1, ;"
      "Add n4,eps > n5; Sqrt n5 > n6; Div n2,n6 > n7; Mul n7,g1 > n8; Add n8,h1 > n9;"
      "MatMul n9,f1 > p; Add p,c1 > p1; Div p1,root > p2; Erf p2 > p3; Add p3,uno > p4; Mul p1,p4 "
      "> p5;"
      "Mul p5,half > p6; MatMul p6,f2 > p7; Add p7,c2 > p8; Add p8,n9 > s2;"
      "ReduceMean s2 > o1 axes=-1, ; Sub s2,o1 > o2; Mul o2,o2 > o3; ReduceMean o3 > o4 axes=-1, ;"
      "Add o4,eps > o5; Sqrt o5 > o6; Div o2,o6 > o7; Mul o7,g2 > o8; Add o8,h2 > y; out y",
      "transformer-block" },
    { "where each stands, and a token before all",
      "in x -,7,12; w places 1,8,12; w token 1,1,12; Shape x > sh; l zero 0; l one 1; l two 2; l "
      "rest 1,1;"
      "Slice sh,zero,one > n; Concat n,rest > size axis=0; Expand token,size > many;"
      "Concat many,x > z axis=1; Add z,places > u; n first 0; l nul 0; Gather u,nul > v axis=1;"
      "Squeeze v,one > y; out y",
      "class-token learned-position pick-token" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

/* What only lays numbers out anew, or does so for a while. */
static void
test_layouts (void)
{
  static const OnnxCase cases[] = {
    { "samples and moments in one, for products of matrices",
      "in x -,5,9; w w 9,9; w b 9; l rows -1,9; l back -1,5,9; Reshape x,rows > r; Gemm r,w,b > g; "
      "Relu g > h; Gemm h,w,b > k; Add k,g > s; Reshape s,back > t; Add t,x > y; out y",
      "add 2 dense 2 relu" },
    { "and left so",
      "in x -,5,9; w w 9,9; w b 9; l rows -1,9; MatMul x,w > a; Reshape a,rows > r; Gemm r,w,b > "
      "y; "
      "out y",
      "[Reshape] dense 2" },
    { "moments and samples in one",
      "in x -,5,9; w w 9,9; w b 9; l rows -1,9; l back 5,-1,9; Transpose x > t perm=1,0,2; Reshape "
      "t,rows > r; Gemm r,w,b > g; Tanh g > h; Reshape h,back > a; Transpose a > y perm=1,0,2; out "
      "y",
      "dense tanh" },
    { "one alone put together",
      "in x -,5,9; w w 9,9; MatMul x,w > a; Concat a > b axis=1; MatMul b,w > y; out y",
      "dense 2" },
    { "the largest over time",
      "in x -,4,12; w w 6,4,3; w v 6,3; Conv x,w > a; ReduceMax a > b axes=2, keepdims=0; MatMul "
      "b,v "
      "> y; out y",
      "conv-1d dense flatten max-pool-1d permute" },
    { "of a picture",
      "in x -,2,6,6; w w 4,2,3,3; w v 4,3; Conv x,w > a; ReduceMax a > b axes=2,3 keepdims=0; "
      "MatMul "
      "b,v > y; out y",
      "conv-2d dense global-max-pool reshape" },
    { "the last moment behind channels",
      "in x -,4,12; w w 6,4,3; w v 6,3; l last -1; l axis 2; l end 99; Conv x,w > a; Relu a > r; "
      "Split r > "
      "p,q axis=2; Add p,q > b; Slice b,last,end,axis > c; Squeeze c,axis > d; MatMul d,v > y; out "
      "y",
      "add conv-1d dense permute 3 pick-token relu split" },
    { "the largest over time stays a dimension",
      "in x -,4,12; w w 6,4,3; w v 6,3; l six -1,6; Conv x,w > a; ReduceMax a > b axes=2, "
      "keepdims=1; "
      "Reshape b,six > c; MatMul c,v > y; out y",
      "conv-1d dense flatten max-pool-1d permute" },
    { "channels as squares of pixels",
      "in x -,8,3,3; w w 8,8,1,1; Conv x,w > a; DepthToSpace a > y blocksize=2 mode=CRD; out y",
      "conv-2d pixel-shuffle reshape" },
    { "a single moment",
      "in x -,1,9; w w 9,9; w b 9; l rows -1,9; Reshape x,rows > r; Gemm r,w,b > y; out y",
      "dense flatten" },
    { "pictures with their channels last",
      "in x -,6,5,3; w w 4,3,3,3; w v 2,4,1,1; Transpose x > t perm=0,3,1,2; Conv t,w > a; "
      "Transpose "
      "a > b perm=0,2,3,1; Relu b > r; Transpose r > c perm=0,3,1,2; Transpose c > d perm=0,2,3,1; "
      "Transpose d > e perm=0,3,1,2; Conv e,v > y; out y",
      "conv-2d 2 relu reshape" },
    { "products of matrices and numbers a channel with the channels last",
      "in x -,4,5,5; Transpose x > t perm=0,2,3,1; w w 4,6; w b 6; w v 6,4; w g 4; MatMul t,w > a; "
      "Add a,b > c; Relu c > d; MatMul d,v > e; Mul g,e > f; Transpose f > h perm=0,3,1,2; Add h,x "
      "> y; out y",
      "add conv-2d 3 relu reshape" },
    { "words that are laid out as they were",
      "in:int64 x -,7; w table 11,12; l same -1,7; Reshape x,same > i; Gather table,i > y; out y",
      "embedding" },
    { "places that are made for each sample",
      "in x -,5,9; w w 9,9; w places 1,5,9; MatMul x,w > a; Shape x > size; Expand places,size > "
      "many; Add many,a > y; out y",
      "dense learned-position" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

/* Marks of the padding, as PyTorch exports src_key_padding_mask, and others. */
#define MARKED "in x N,7,12; in:bool pad N,7; n inf -inf; n far -10000.0; n nul 0.0; n uno 1.0;"
#define SPREAD                                                                                     \
  "l h1 -1,1,1,7; l h2 -1,1,7; l ex 1,3,1,1; Reshape pad,h1 > m1; Expand m1,ex > m2; Reshape "     \
  "m2,h2 "                                                                                         \
  "> m3; Cast m3 > m4 to=9;"

static void
test_padding (void)
{
  static const OnnxCase cases[] = {
    { "as PyTorch has it",
      MARKED PYTORCH SPREAD "Where m4,inf,nul > m5; Mul m5,uno > m6; Add sc,m6 > sm;" PYTORCH_OUT,
      "flatten multi-head-attention reshape split" },
    { "chosen among the scores, where a mark says what counts",
      MARKED BERT "l h1 -1,1,1,7; Reshape pad,h1 > m1; Where m1,sc,inf > sm;" BERT_OUT
                  "Identity at > y; out y",
      "flatten multi-head-attention reshape split" },
    { "where a word is",
      "in:int64 x -,7; w table 11,12; l pad 1; n inf -inf; l axes 1,2; Gather table,x > e; Equal "
      "x,pad > m; Unsqueeze m,axes > m1; " ON (e) "Where m1,inf,sc > sm;" BERT_OUT
                                                  "Identity at > y; out y",
      "embedding multi-head-attention" },
    { "far off, but not without end",
      MARKED BERT "l h1 -1,1,1,7; Reshape pad,h1 > m1; Where m1,far,sc > sm;" BERT_OUT
                  "Identity at > y; out y",
      "flatten multi-head-attention reshape split" },
    { "one minus what counts, many times",
      "in:int64 x -,7; in:int64 count N,7; w table 11,12; l axes 1,2; n one 1.0; n far -10000.0;"
      "Gather table,x > e; Unsqueeze count,axes > m1; Cast m1 > m2 to=1; Sub one,m2 > m3; Mul "
      "m3,far > m4; " ON (e) "Add sc,m4 > sm;" BERT_OUT "Identity at > y; out y",
      "embedding multi-head-attention split" },
    { "what comes later and what is padding, each by a mask of its own",
      "in:int64 x -,7; in:int64 count N,7; w table 11,12; l axes 1,2; n one 1.0; n far -3.4e38; "
      "mask late 7; n nul 0.0; Equal late,nul > past;"
      "Gather table,x > e; Unsqueeze count,axes > m1; Cast m1 > m2 to=1; Sub one,m2 > m3; Mul "
      "m3,far > m4; " ON (e) "Where past,sc,far > s1; Add s1,m4 > sm;" BERT_OUT
                             "Identity at > y; out y",
      "embedding multi-head-attention split" },
    { "marks of queries, not of keys",
      MARKED BERT
      "l h1 -1,1,7,1; Reshape pad,h1 > m1; Where m1,inf,sc > sa; Where m1,nul,sa > sm;" BERT_OUT
      "Identity at > y; out y",
      "[MatMul] 2 [Reshape] [Where] 2 dense 4 flatten formula permute 4 reshape 5 "
      "softmax split" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

/* --- spelled out --- */

static void
test_spelled (void)
{
  static const OnnxCase cases[] = {
    { "gelu by tanh",
      "in x -,9; w w 9,9; MatMul x,w > a; n cube 3.0; n c 0.044715; n s 0.79788456; n one 1.0; n "
      "half 0.5;"
      "Pow a,cube > b; Mul b,c > d; Add a,d > e; Mul e,s > f; Tanh f > g; Add g,one > h; Mul "
      "a,half > i;"
      "Mul i,h > y; out y",
      "dense flatten gelu" },
    { "silu, mish, softplus",
      "in x -,9; w w 9,9; MatMul x,w > a; Sigmoid a > b; Mul a,b > c; Softplus c > d; Tanh d > e;"
      "Mul c,e > f; Softplus f > y; out y",
      "dense flatten mish silu softplus" },
    { "hard ones",
      "in x -,9; w w 9,9; n l -2.0; n h 2.0; MatMul x,w > a; HardSigmoid a > b alpha=0.16666667 "
      "beta=0.5;"
      "Mul a,b > c; Clip c,l,h > d; Selu d > y; out y",
      "dense flatten hardswish hardtanh selu" },
    { "bounds far out are bounds",
      "in x -,9; w w 9,9; n zero 0.0; n ten 10.0; n most 500.0; MatMul x,w > a; Clip a,zero,ten > "
      "b;"
      "MatMul b,w > c; Clip c,zero,most > d; MatMul d,w > e; Clip e,zero > y; out y",
      "dense 3 flatten hardtanh 2 relu" },
    { "prelu a channel",
      "in x -,4,12; w w 6,4,3; w s 6,1; Conv x,w > a; PRelu a,s > b; Transpose b > y perm=0,2,1; "
      "out y",
      "conv-1d permute prelu" },
    { "root mean square",
      "in x -,5,9; w w 9,9; w g 9; n e 0.00001; n two 2.0; n one 1.0; MatMul x,w > a; Pow a,two > "
      "b;"
      "ReduceMean b > c axes=-1, ; Add c,e > d; Sqrt d > f; Div one,f > h; Mul a,h > i; Mul g,i > "
      "y; out y",
      "dense rms-norm" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

/* What no layer does but a formula can say. */
static void
test_formulas (void)
{
  static const OnnxCase cases[] = {
    { "a row of one value",
      "in x -,9; w w 9,9; n half 0.5; n two 2.0; n less -0.25; MatMul x,w > a; Sin a > b; Mul a,a "
      "> "
      "c; Neg c > d; Exp d > f; Mul b,f > g; Abs a > h; Add a,two > i; Div h,i > j; Mul j,less > "
      "k; "
      "Sub g,k > y; out y",
      "dense flatten formula" },
    { "numbers a channel",
      "in x -,4,6,5; w s 4,1,1; w b 1,4,1,1; n half 0.5; Mul x,s > a; Add b,a > c; Max c,half > y; "
      "out y",
      "formula reshape" },
    { "numbers a feature of a sequence",
      "in x -,6,5; w s 5; w p 5; Mul x,s > a; Cos a > b; Sub p,b > y; out y", "formula" },
    { "a channel weighed by what is in all of it",
      "in x -,4,6,5; GlobalAveragePool x > a; Sigmoid a > b; Mul x,b > y; out y",
      "formula mean reshape sigmoid" },
    { "three values",
      "in x -,4; w w 4,4; w v 4,4; MatMul x,w > a; MatMul x,v > b; Sub a,b > c; Div c,x > d; Min "
      "d,a > y; out y",
      "dense 2 flatten formula" },
    { "what is read in between",
      "in x -,4; w w 4,4; n h 0.5; MatMul x,w > a; Mul a,h > b; Sin b > c; Sub c,b > y; out y; out "
      "c",
      "dense flatten formula 3" },
    { "moments first",
      "in x 7,-,4; n h 0.5; Mul x,h > a; Cos a > b; Transpose b > y perm=1,0,2; "
      "out y",
      "formula" },
    { "powers that are no numbers, and numbers of a place",
      "in x -,6,5; w p 6,1; Abs x > a; Pow a,a > b; Mul b,p > y; out y", "[Mul] [Pow] formula" },
    { "a number for each sample of a batch that is told", "in x 3,4; w w 3,1; Mul x,w > y; out y",
      NULL },
  };
  g_autoptr (GBytes) bytes = onnx_text_print (cases[0].text);
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (GError) error = NULL;

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
  project = cjl_onnx_parse (bytes, NULL, "formula", NULL, &error);
  g_assert_no_error (error);
  onnx_canvas_can_train (project, &error);
  g_assert_no_error (error);
}

/* --- several inputs --- */

static void
test_inputs (void)
{
  static const char *const text
      = "in table N,4; in picture N,1,8,8; w a 4,6; w c 2,1,3,3; w z 78,3; MatMul table,a > p; "
        "Relu p > q;"
        "Conv picture,c > r; Flatten r > s axis=1; Concat q,s > t axis=1; MatMul t,z > y; out y";
  static const OnnxCase cases[] = {
    { "two", text, "concat conv-2d dense 2 flatten 2 relu reshape split" },
    { "states of a cell",
      "in x N,7,4; in h 1,N,6; in c 1,N,6; " LSTM
      "Transpose x > a perm=1,0,2; LSTM a,w,r,b,-,h,c > p,hn,cn hidden_size=6; l one 1;"
      "Squeeze p,one > t; Transpose t > y perm=1,0,2; out y; out hn; out cn",
      "[Transpose] 2 flatten lstm reshape 3 split 2" },
    { "words of two kinds",
      "in:int64 word N,7; in:int64 kind N,7; w v 11,12; w k 5,12; Gather v,word > a; Gather k,kind "
      "> b;"
      "Add a,b > y; out y",
      "add embedding 2 split" },
    { "words, their kinds and what counts of them",
      "in:int64 word N,7; in:int64 kind N,7; in:int64 counts N,7; w words 11,12; w kinds 5,12; w "
      "places "
      "7,12; n inf -inf; l axes 1,2; Gather words,word > a; Gather kinds,kind > b; Add a,b > c; "
      "Add "
      "c,places > e; Cast counts > m to=9; Unsqueeze m,axes > m1;" ON (
          e) "Where m1,sc,inf > sm;" BERT_OUT "Identity at > y; out y",
      "add embedding 2 learned-position multi-head-attention split 2" },
    { "words and a number",
      "in:int64 word N,7; in x N,12; w v 11,12; Gather v,word > a; l one 1; Unsqueeze x,one > b; "
      "Add a,b > y; out y",
      "[Gather] flatten formula reshape split" },
  };
  g_autoptr (GBytes) bytes = onnx_text_print (text);
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
  project = cjl_onnx_parse (bytes, NULL, "two", &note, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "“table” (4), “picture” (64), 68 numbers"));
  g_assert_nonnull (cj_graph_find (project->graph, "table"));
  g_assert_nonnull (cj_graph_find (project->graph, "picture"));
  onnx_canvas_can_train (project, &error);
  g_assert_no_error (error);
}

/* What belongs to no sample is told by name. */
static void
test_shared_input (void)
{
  g_autoptr (GBytes) bytes
      = onnx_text_print ("in x N,4; in scale 4; w a 4,3; Mul x,scale > b; MatMul b,a > y; out y");
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;

  project = cjl_onnx_parse (bytes, NULL, "shared", &note, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "zeros: “scale”"));
}

/* --- whole numbers --- */

static void
test_quantised (void)
{
  static const char *const dynamic
      = "in x -,2,6,6; int8 w 4,2,3,3; n ws 0.01; i8 wz 0; w b 1,4,1,1; int8 v 144,5; w c 5; "
        "DynamicQuantizeLinear x > xq,xs,xz; Mul xs,ws > s; ConvInteger xq,w,xz,wz > a "
        "pads=1,1,1,1; Cast a > af to=1; Mul af,s > am; Add am,b > ab; Relu ab > r; Flatten r > f "
        "axis=1; DynamicQuantizeLinear f > fq,fs,fz; Mul fs,ws > t; MatMulInteger fq,v,fz,wz > d; "
        "Cast d > df to=1; Mul df,t > dm; Add dm,c > y; out y";
  static const char *const text
      = "in x -,2,6,6; int8 w 4,2,3,3; w s0 4; int8 zero 4; n xs 0.03; u8 xz 120; n ys 0.05; i8 yz "
        "-3;"
        "ones o 4; Abs s0 > s1; Div s1,o > s; n small 0.01; Mul s,small > ws;"
        "QuantizeLinear x,xs,xz > xq; DequantizeLinear xq,xs,xz > xd; DequantizeLinear w,ws > wd "
        "axis=0;"
        "Conv xd,wd > c pads=1,1,1,1; Relu c > r; QuantizeLinear r,ys,yz > rq; DequantizeLinear "
        "rq,ys,yz > rd;"
        "Flatten rd > y axis=1; out y";
  static const OnnxCase cases[] = {
    { "between what rounds", text, "conv-2d flatten quantise 2 relu reshape" },
    { "a product of whole numbers",
      "in x -,8; int8 w 8,5; n ws 0.01; i8 wz 0; n xs 0.03; u8 xz 120; n ys 0.05; u8 yz 128;"
      "QuantizeLinear x,xs,xz > xq; QLinearMatMul xq,xs,xz,w,ws,wz,ys,yz > yq;"
      "DequantizeLinear yq,ys,yz > y; out y",
      "dense flatten quantise 2" },
    { "by what comes in, which no layer does: cards, that answer the same", dynamic,
      "[Cast] 2 [ConvInteger] [DynamicQuantizeLinear] 2 [MatMulInteger] [Mul] 4 flatten formula 2 "
      "relu reshape" },
    { "a convolution of whole numbers, of which the largest are taken",
      "in x -,2,6,6; int8 w 4,2,3,3; n ws 0.01; i8 wz 0; n xs 0.03; u8 xz 120; n ys 0.05; u8 yz "
      "100;"
      "QuantizeLinear x,xs,xz > xq; QLinearConv xq,xs,xz,w,ws,wz,ys,yz > yq pads=1,1,1,1;"
      "MaxPool yq > mq kernel_shape=2,2 strides=2,2; Flatten mq > fq axis=1;"
      "DequantizeLinear fq,ys,yz > y; out y",
      "conv-2d flatten max-pool-2d quantise 2 reshape" },
  };
  g_autoptr (GBytes) bytes = onnx_text_print (text);
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
  project = cjl_onnx_parse (bytes, NULL, "quantised", &note, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "1 weight lies in the model"));
  g_assert_null (strstr (note, "as no layer does"));
  g_assert_nonnull (strstr (note, "Quantise"));
  onnx_canvas_can_train (project, &error);
  g_assert_no_error (error);
  g_clear_pointer (&project, cjl_project_unref);
  g_clear_pointer (&bytes, g_bytes_unref);
  g_clear_pointer (&note, g_free);
  bytes = onnx_text_print (dynamic);
  project = cjl_onnx_parse (bytes, NULL, "dynamic", &note, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "2 values are rounded by the least and the most"));
}

/* --- graphs within graphs --- */

static void
test_graphs (void)
{
  static const OnnxCase cases[] = {
    { "a function in a function",
      "function Twice a > b { Add a,a > b }; function Norm a,w > b { mine.Twice a > c; MatMul c,w "
      "> d;"
      "LeakyRelu d > b alpha=@slope };"
      "in x -,6; w v 6,6; mine.Norm x,v > p slope=0.3; mine.Norm p,v > y slope=0.1; out y",
      "dense 2 flatten formula 2 leaky-relu 2" },
    { "a condition that is known",
      "in x -,6; w v 6,6; w u 6,6; n three 3.0; Shape x > s; l one 1; l two 2; Slice s,one,two > n;"
      "Cast n > f to=1; Greater f,three > c0; l zero 0; Squeeze c0,zero > c;"
      "If c > y { MatMul x,v > a; Relu a > b; out b | MatMul x,u > d; Tanh d > e; out e }; out y",
      "dense flatten relu" },
    { "one in the other",
      "in x -,6; w v 6,6; b yes 1; b no 0;"
      "If no > y { Tanh x > a; out a | If yes > c { MatMul x,v > b; out b | Neg x > d; out d }; "
      "out c };"
      "out y",
      "dense flatten" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

/* Concats of many, as models that step through time moment by moment have them. They were placeholders once, which
 * answered with the first moment alone: so the exported spiking template was off by 0.05 untrained, by far more
 * trained. */
static void
test_many (void)
{
  g_autoptr (GString) text = g_string_new ("in x -,25,3; Split x > ");
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 25; i++)
    g_string_append_printf (text, "%sa%u", i > 0 ? "," : "", i);
  g_string_append (text, " axis=1;");
  for (guint i = 0; i < 25; i++)
    g_string_append_printf (text, "Relu a%u > b%u;", i, i);
  g_string_append (text, "Concat ");
  for (guint i = 0; i < 25; i++)
    g_string_append_printf (text, "%sb%u", i > 0 ? "," : "", i);
  g_string_append (text, " > c axis=1; ReduceMean c > y axes=1, keepdims=0; out y");
  bytes = onnx_text_print (text->str);
  g_free (onnx_canvas_check_bytes ("many", bytes, "concat 4 mean relu 25 split 24"));
}

/* What no layer stands for is a card of one operator; nothing is trained through it. */
static void
test_cards (void)
{
  g_autoptr (GBytes) bytes = onnx_text_print (
      "in x -,4; w w 4,4; w v 4,3; MatMul x,w > a; Sign a > s; MatMul s,v > y; out y");
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (GError) error = NULL;

  g_free (onnx_canvas_check_bytes ("cards", bytes, "[Sign] dense 2 flatten"));
  project = cjl_onnx_parse (bytes, NULL, "cards", NULL, &error);
  g_assert_no_error (error);
  g_assert_false (onnx_canvas_can_train (project, &error));
  g_assert_nonnull (strstr (error->message, "passes no gradient"));
}

/* An answer that rests on a placeholder is none, and says which; the rest is there. */
static void
test_placeholder (void)
{
  g_autoptr (CjdOnnx) model = onnx_text_parse ("in x -,4; w w 4,4; l three 3; b on 1; MatMul x,w > "
                                               "a; com.acme.Spin a > s; Relu s > y; out y");
  g_autoptr (GPtrArray) inputs = onnx_text_inputs (model, 2), is = NULL;
  g_autoptr (GError) error = NULL;

  is = cjl_onnx_answer_on_canvas (model, (CjArray *const *) inputs->pdata, 1, &error);
  g_assert_null (is);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_assert_nonnull (strstr (error->message, "“s” (onnx:com.acme.Spin)"));
}

/* A Loop over what depends on the input keeps its place, and is named with where it is. */
static void
test_loop (void)
{
  g_autoptr (GBytes) bytes = onnx_text_print (
      "in x -,4; w w 4,4; l n 3; l zero 0; Squeeze n,zero > m; b on 1; MatMul x,w > a;"
      "Loop m,on,a > s { in i; in c; in v; Tanh v > u; Identity c > d; out d; out u }; Relu s > y; "
      "out y");
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *note = NULL, *kinds = NULL;
  g_autoptr (GError) error = NULL;

  project = cjl_onnx_parse (bytes, NULL, "loop", &note, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "“s” (onnx:Loop)"));
  kinds = onnx_canvas_list_kinds (project->graph);
  g_assert_cmpstr (kinds, ==, "(placeholder) dense flatten relu");
}

/* Functions that call each other twice, forty deep, would be a million million operators: most calls stay calls, and
 * nobody waits for what they do. (Attributes fill up what functions may take.) */
static void
test_many_calls (void)
{
  g_autoptr (GString) text = g_string_new ("");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (GError) error = NULL;
  const clock_t begin = clock ();

  for (guint i = 0; i < 40; i++)
    {
      g_string_append_printf (text, "function F%u a > c { mine.F%u a > b", i, i + 1);
      for (guint k = 0; k < 400; k++)
        g_string_append_printf (text, " z%u=1", k);
      g_string_append_printf (text, "; mine.F%u b > c };", i + 1);
    }
  g_string_append (text, "function F40 a > b { Relu a > b }; in x -,4; mine.F0 x > y; out y");
  bytes = onnx_text_print (text->str);
  project = cjl_onnx_parse (bytes, NULL, "calls", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (project->graph->nodes->len, <, 1000);
  g_assert_cmpint ((clock () - begin) / CLOCKS_PER_SEC, <, 30);
}

/* --- our own --- */

/* Exported and imported again, layers are what they were; a batch norm stands for the normalised data. */
static void
test_own (void)
{
#define WORDS "sequences", "samples=60 length=7 task=parity"
  onnx_canvas_check_exported (
      WORDS, "input, embedding 5, lstm 6 layers=2 bidirectional=true, dense 2, cross-entropy",
      "dense embedding lstm softmax");
  onnx_canvas_check_exported (
      WORDS, "input, embedding 5, gru 6, rnn 4 activation=relu, dense 2, cross-entropy",
      "dense embedding gru rnn softmax");
  onnx_canvas_check_exported (
      WORDS,
      "input, embedding 12, learned-position, transformer-block 2 16 causal=true, dense 2, "
      "cross-entropy",
      "dense embedding learned-position softmax transformer-block");
  onnx_canvas_check_exported (
      WORDS,
      "input, embedding 12, transformer-decoder 2 16, dense 2, cross-entropy; embedding1 > "
      "transformer1:1",
      "dense embedding softmax transformer-decoder");
  onnx_canvas_check_exported (
      "cues", "samples=60",
      "input, conv-1d 6 kernel=5 stride=2, max-pool-1d, avg-pool-1d, flatten, dense 2, "
      "cross-entropy",
      "avg-pool-1d batch-norm conv-1d dense flatten max-pool-1d softmax");
  /* more moments than a card has inputs */
  onnx_canvas_check_exported (
      "rate-patterns", "samples=60 steps=25 fibres=12",
      "input, dense 11, lif refractory=2, spike-readout rate, dense 5, cross-entropy", NULL);
  onnx_canvas_check_exported ("blobs", "samples=60",
                              "input, dense 9, quantise, rms-norm, mish, dense 4, cross-entropy",
                              "batch-norm dense 2 flatten mish quantise rms-norm softmax");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/onnx-layers/time", test_time);
  g_test_add_func ("/lab/onnx-layers/recurrent", test_recurrent);
  g_test_add_func ("/lab/onnx-layers/attention", test_attention);
  g_test_add_func ("/lab/onnx-layers/layouts", test_layouts);
  g_test_add_func ("/lab/onnx-layers/padding", test_padding);
  g_test_add_func ("/lab/onnx-layers/spelled", test_spelled);
  g_test_add_func ("/lab/onnx-layers/formulas", test_formulas);
  g_test_add_func ("/lab/onnx-layers/inputs", test_inputs);
  g_test_add_func ("/lab/onnx-layers/shared-input", test_shared_input);
  g_test_add_func ("/lab/onnx-layers/quantised", test_quantised);
  g_test_add_func ("/lab/onnx-layers/graphs", test_graphs);
  g_test_add_func ("/lab/onnx-layers/many", test_many);
  g_test_add_func ("/lab/onnx-layers/cards", test_cards);
  g_test_add_func ("/lab/onnx-layers/placeholder", test_placeholder);
  g_test_add_func ("/lab/onnx-layers/loop", test_loop);
  g_test_add_func ("/lab/onnx-layers/many-calls", test_many_calls);
  g_test_add_func ("/lab/onnx-layers/own", test_own);
  return g_test_run ();
}

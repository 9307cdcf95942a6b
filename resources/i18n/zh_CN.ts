<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Action</name>
    <message>
        <source>Note</source>
        <translation>批注</translation>
    </message>
    <message>
        <source>Rework</source>
        <translation>返工</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Opinion</source>
        <translation>意见</translation>
    </message>
    <message>
        <source>Check passed</source>
        <translation>核查通过</translation>
    </message>
    <message>
        <source>Close case</source>
        <translation>结案</translation>
    </message>
    <message>
        <source>Understood</source>
        <translation>知道了</translation>
    </message>
    <message>
        <source>Dispatch</source>
        <translation>派遣</translation>
    </message>
    <message>
        <source>Drawer</source>
        <translation>抽屉</translation>
    </message>
    <message>
        <source>File</source>
        <translation>立案</translation>
    </message>
    <message>
        <source>Report done</source>
        <translation>办结反馈</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>处置情况</translation>
    </message>
    <message>
        <source>Keep as note</source>
        <translation>转为批注</translation>
    </message>
    <message>
        <source>New report</source>
        <translation>新上报</translation>
    </message>
    <message>
        <source>Not a case</source>
        <translation>不立案</translation>
    </message>
    <message>
        <source>Receive</source>
        <translation>接收</translation>
    </message>
    <message>
        <source>Put back</source>
        <translation>放回</translation>
    </message>
    <message>
        <source>Hand back</source>
        <translation>退回</translation>
    </message>
    <message>
        <source>Wrong evidence</source>
        <translation>哪条依据不对</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>再发一次</translation>
    </message>
    <message>
        <source>Send check</source>
        <translation>发核查</translation>
    </message>
    <message>
        <source>Take next</source>
        <translation>取下一件</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>接管</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Urge</source>
        <translation>催办</translation>
    </message>
</context>
<context>
    <name>Alarms</name>
    <message>
        <source>Overdue</source>
        <translation>超时</translation>
    </message>
    <message>
        <source>Returned</source>
        <translation>退回</translation>
    </message>
</context>
<context>
    <name>ArchivedCard</name>
    <message>
        <source>Archived</source>
        <translation>已归档</translation>
    </message>
    <message>
        <source>Closed and archived. Trace and photos are kept at the centre.</source>
        <translation>已结案归档，流转记录与照片保存在中心。</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>阶段</translation>
    </message>
    <message>
        <source>Registered</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>结案</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>地点</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
</context>
<context>
    <name>AskPanel</name>
    <message>
        <source>Choose a reason.</source>
        <translation>先选一条理由。</translation>
    </message>
    <message>
        <source>At most {0} characters.</source>
        <translation>最多 {0} 字。</translation>
    </message>
    <message>
        <source>Say which evidence is wrong; only then can the unit be changed.</source>
        <translation>写明哪条依据不对，单位才能改。</translation>
    </message>
    <message>
        <source>With this reason, say why.</source>
        <translation>选这条理由须写原因。</translation>
    </message>
    <message>
        <source>This has to be written.</source>
        <translation>这一项须写。</translation>
    </message>
    <message>
        <source>{0} (if you like)</source>
        <translation>{0}（可不写）</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>Bearing</name>
    <message>
        <source>N</source>
        <translation>北</translation>
    </message>
    <message>
        <source>NE</source>
        <translation>东北</translation>
    </message>
    <message>
        <source>E</source>
        <translation>东</translation>
    </message>
    <message>
        <source>SE</source>
        <translation>东南</translation>
    </message>
    <message>
        <source>S</source>
        <translation>南</translation>
    </message>
    <message>
        <source>SW</source>
        <translation>西南</translation>
    </message>
    <message>
        <source>W</source>
        <translation>西</translation>
    </message>
    <message>
        <source>NW</source>
        <translation>西北</translation>
    </message>
</context>
<context>
    <name>Card</name>
    <message>
        <source>area {0}</source>
        <translation>{0} 类区域</translation>
    </message>
    <message>
        <source>Unit grid</source>
        <translation>单元网格</translation>
    </message>
    <message>
        <source>Component</source>
        <translation>部件</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>权属</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>责任单位</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Reporter</source>
        <translation>上报人</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>returned {0} ×</source>
        <translation>退回 {0} 次</translation>
    </message>
    <message>
        <source>reworked {0} ×</source>
        <translation>返工 {0} 次</translation>
    </message>
    <message>
        <source>Check failed</source>
        <translation>核查未通过</translation>
    </message>
    <message>
        <source>Check passed</source>
        <translation>核查通过</translation>
    </message>
    <message>
        <source>Report {0}</source>
        <translation>上报 {0}</translation>
    </message>
    <message>
        <source>Handled {0}</source>
        <translation>处置 {0}</translation>
    </message>
    <message>
        <source>can be undone for {0} s</source>
        <translation>撤销还剩 {0} 秒</translation>
    </message>
    <message>
        <source>{0} at seat {1} has it since {2}</source>
        <translation>席位 {1} {0} {2} 起占用</translation>
    </message>
</context>
<context>
    <name>CaseCard</name>
    <message>
        <source>Trace</source>
        <translation>办理经过</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>批注</translation>
    </message>
    <message>
        <source>No case is open.</source>
        <translation>没有打开的案卷</translation>
    </message>
    <message>
        <source>Space takes the next one of the queue.</source>
        <translation>按 Space 取下一件</translation>
    </message>
</context>
<context>
    <name>CheckView</name>
    <message>
        <source>Open the report&apos;s page</source>
        <translation>打开报告页面</translation>
    </message>
    <message>
        <source>Save the page…</source>
        <translation>保存页面…</translation>
    </message>
    <message>
        <source>The centre had moved on since the first check, so nothing entered and the file was checked again. This is the new report.</source>
        <translation>首次检查之后中心有变动，什么也没有录入，文件已重新检查。以下是新的报告。</translation>
    </message>
    <message>
        <source>Every seat gets it by itself. Delivery {0}.</source>
        <translation>各席位会自动收到。交付号 {0}。</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Reference system</source>
        <translation>坐标系</translation>
    </message>
    <message>
        <source>Here, not in the file</source>
        <translation>中心有、文件没有</translation>
    </message>
    <message>
        <source>The file goes to the centre</source>
        <translation>正在传到中心</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>the centre cannot be reached; it goes on by itself</source>
        <translation>中心联系不上，恢复后自动继续</translation>
    </message>
    <message>
        <source>Waits for its turn: {0} before it</source>
        <translation>排队中，前面还有 {0} 个</translation>
    </message>
    <message>
        <source>It is being entered</source>
        <translation>正在录入</translation>
    </message>
    <message>
        <source>All of it or nothing; this can no longer be stopped.</source>
        <translation>要么全部录入，要么一行不录；现在不能停止。</translation>
    </message>
    <message>
        <source>The check begins</source>
        <translation>开始检查</translation>
    </message>
    <message>
        <source>The centre checks in a process of its own; nothing has entered.</source>
        <translation>中心正在单独检查，什么也没有录入。</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>尚未检查</translation>
    </message>
    <message>
        <source>Nothing has entered. {0} goes back to the profile.</source>
        <translation>什么也没有录入。按 {0} 返回配置。</translation>
    </message>
</context>
<context>
    <name>Clock</name>
    <message>
        <source>{0} limit</source>
        <translation>{0}时限</translation>
    </message>
    <message>
        <source>Receive limit</source>
        <translation>接收时限</translation>
    </message>
    <message>
        <source>Total limit</source>
        <translation>总时限</translation>
    </message>
    <message>
        <source>starts at dispatch</source>
        <translation>派遣起算</translation>
    </message>
    <message>
        <source>took {0}</source>
        <translation>用时 {0}</translation>
    </message>
    <message>
        <source>stands still</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>余 {0}</translation>
    </message>
    <message>
        <source>until {0}</source>
        <translation>{0} 到</translation>
    </message>
    <message>
        <source>Rule {0}: {1}</source>
        <translation>规则 {0}「{1}」</translation>
    </message>
    <message>
        <source>Area {0}</source>
        <translation>{0} 类区域</translation>
    </message>
    <message>
        <source>The clock starts at dispatch</source>
        <translation>派遣后起算</translation>
    </message>
    <message>
        <source>Filed {0}</source>
        <translation>{0} 立案起算</translation>
    </message>
    <message>
        <source>Dispatched {0}</source>
        <translation>{0} 派遣起算</translation>
    </message>
    <message>
        <source>no pause</source>
        <translation>无暂停</translation>
    </message>
    <message>
        <source>runs day and night</source>
        <translation>昼夜连续计</translation>
    </message>
    <message>
        <source>less {0} × break between shifts</source>
        <translation>扣除班间休息 {0} 次</translation>
    </message>
    <message>
        <source>less {0} × night</source>
        <translation>扣除下班时间 {0} 夜</translation>
    </message>
    <message>
        <source>less {0} × rest day</source>
        <translation>扣除休息日 {0} 天</translation>
    </message>
    <message>
        <source>less {0} × public holiday</source>
        <translation>扣除节假日 {0} 天</translation>
    </message>
    <message>
        <source>{0} × make-up working day counted</source>
        <translation>调休上班日 {0} 天计入</translation>
    </message>
    <message>
        <source>paused since {0}</source>
        <translation>{0} 起暂停</translation>
    </message>
    <message>
        <source>paused for {0}</source>
        <translation>暂停 {0}</translation>
    </message>
    <message>
        <source>holidays of {0} not published yet</source>
        <translation>{0} 年节假日未公布</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>.</source>
        <translation>。</translation>
    </message>
</context>
<context>
    <name>Command</name>
    <message>
        <source>dispatch to {0}</source>
        <translation>派给 {0}</translation>
    </message>
    <message>
        <source>with {0}</source>
        <translation>协办 {0}</translation>
    </message>
    <message>
        <source>file under {0}</source>
        <translation>按 {0} 立案</translation>
    </message>
    <message>
        <source>do not file: {0}</source>
        <translation>不立案：{0}</translation>
    </message>
    <message>
        <source>send back for rework: {0}</source>
        <translation>返工：{0}</translation>
    </message>
    <message>
        <source>check passed</source>
        <translation>核查通过</translation>
    </message>
    <message>
        <source>take it in hand</source>
        <translation>取件</translation>
    </message>
</context>
<context>
    <name>CommandBar</name>
    <message>
        <source>Initials, codes or Chinese</source>
        <translation>输入拼音首字母、代码或汉字</translation>
    </message>
    <message>
        <source>Command bar</source>
        <translation>命令栏</translation>
    </message>
</context>
<context>
    <name>CommandList</name>
    <message>
        <source>Found</source>
        <translation>找到的</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>案卷</translation>
    </message>
    <message>
        <source>Unit grids</source>
        <translation>单元网格</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Initials, digits or Chinese</source>
        <translation>拼音首字母、数字或汉字都行</translation>
    </message>
    <message>
        <source>wg 0106 unit grid   aj 0431 case   dl pq queue</source>
        <translation>wg 0106 网格&#x3000;aj 0431 案卷&#x3000;dl pq 队列</translation>
    </message>
</context>
<context>
    <name>ComponentState</name>
    <message>
        <source>Intact</source>
        <translation>完好</translation>
    </message>
    <message>
        <source>Broken</source>
        <translation>破损</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>丢失</translation>
    </message>
    <message>
        <source>Abandoned</source>
        <translation>废弃</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>Corners</name>
    <message>
        <source>{title}: {detail}</source>
        <translation>{title}：{detail}</translation>
    </message>
    <message>
        <source>Unit grid {code}</source>
        <translation>单元网格 {code}</translation>
    </message>
    <message>
        <source>The map cannot be shown. F5 tries again; queue and cases work as before</source>
        <translation>地图无法显示，按 F5 再试；队列和案卷照常使用</translation>
    </message>
    <message>
        <source>Cannot be read: {names}</source>
        <translation>读不出：{names}</translation>
    </message>
</context>
<context>
    <name>Deed</name>
    <message>
        <source>Registered</source>
        <translation>受理</translation>
    </message>
    <message>
        <source>Imported from a file</source>
        <translation>文件导入</translation>
    </message>
    <message>
        <source>Verification sent</source>
        <translation>发核实</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>核实</translation>
    </message>
    <message>
        <source>Urged</source>
        <translation>催办</translation>
    </message>
    <message>
        <source>Supervised</source>
        <translation>督办</translation>
    </message>
    <message>
        <source>Suspended</source>
        <translation>挂账</translation>
    </message>
    <message>
        <source>Filed</source>
        <translation>立案</translation>
    </message>
    <message>
        <source>Not filed</source>
        <translation>不立案</translation>
    </message>
    <message>
        <source>Dispatched</source>
        <translation>派遣</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>接收</translation>
    </message>
    <message>
        <source>Handled</source>
        <translation>处置反馈</translation>
    </message>
    <message>
        <source>Returned</source>
        <translation>退回</translation>
    </message>
    <message>
        <source>Check sent</source>
        <translation>发核查</translation>
    </message>
    <message>
        <source>Checked</source>
        <translation>核查</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>结案</translation>
    </message>
    <message>
        <source>Note added</source>
        <translation>批注</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>取件</translation>
    </message>
    <message>
        <source>Put back</source>
        <translation>放回</translation>
    </message>
</context>
<context>
    <name>DeliveryKind</name>
    <message>
        <source>Components</source>
        <translation>部件</translation>
    </message>
    <message>
        <source>Unit grids</source>
        <translation>单元网格</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>案件</translation>
    </message>
    <message>
        <source>Responsible units</source>
        <translation>专业部门</translation>
    </message>
</context>
<context>
    <name>Drawer</name>
    <message>
        <source>Not carried out: {0}. {1}</source>
        <translation>未办成：{0}。{1}</translation>
    </message>
    <message>
        <source>{0} at seat {1} did this {2}: {3}.</source>
        <translation>席位 {1} {0} 已在 {2} {3}。</translation>
    </message>
    <message>
        <source>seat {0} {1}</source>
        <translation>席位 {0} {1} 占用</translation>
    </message>
    <message>
        <source>no such case</source>
        <translation>无此案卷</translation>
    </message>
    <message>
        <source>can be undone for {0} s</source>
        <translation>撤销还剩 {0} 秒</translation>
    </message>
    <message>
        <source>number {0} is reserved, leaves with the network</source>
        <translation>号段 {0} 已预留，联网即发</translation>
    </message>
    <message>
        <source>after {0}</source>
        <translation>等 {0} 先发</translation>
    </message>
    <message>
        <source>by {0}</source>
        <translation>{0} 所办</translation>
    </message>
    <message>
        <source>Nothing is waiting and nothing was refused.</source>
        <translation>没有未发，也没有被拒</translation>
    </message>
    <message>
        <source>What is done without the network waits here until the centre has it.</source>
        <translation>断网时办的事先存在这里，联网后逐条发出</translation>
    </message>
    <message>
        <source>Not lost when switched off. Sent under its author&apos;s name after another log-in.</source>
        <translation>关机也不丢。换人登录后以原作者名义发出。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>{0} more refused ones follow</source>
        <translation>另有被拒 {0} 件</translation>
    </message>
    <message>
        <source>Unsent {0}</source>
        <translation>未发 {0}</translation>
    </message>
    <message>
        <source>Refused {0}</source>
        <translation>被拒 {0}</translation>
    </message>
    <message>
        <source>on this disk {0}</source>
        <translation>已存本机 {0}</translation>
    </message>
</context>
<context>
    <name>Evidence</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>owner</source>
        <translation>权属</translation>
    </message>
    <message>
        <source>{0} × precedent</source>
        <translation>先例 {0} 件</translation>
    </message>
    <message>
        <source>same trade</source>
        <translation>同行业</translation>
    </message>
    <message>
        <source>handed it back</source>
        <translation>曾退回</translation>
    </message>
    <message>
        <source>duty layer {0} v{1}</source>
        <translation>责任图层 {0} v{1}</translation>
    </message>
    <message>
        <source>{0} × precedent at the place</source>
        <translation>同址先例 {0} 件</translation>
    </message>
    <message>
        <source>the last {0}</source>
        <translation>最近 {0}</translation>
    </message>
    <message>
        <source>the report speaks of it in {0} places</source>
        <translation>描述相符 {0} 处</translation>
    </message>
    <message>
        <source>patrols working grid {0}</source>
        <translation>巡查工作网格 {0}</translation>
    </message>
    <message>
        <source>owns the component</source>
        <translation>权属一致</translation>
    </message>
    <message>
        <source>works in this trade</source>
        <translation>同行业单位</translation>
    </message>
    <message>
        <source>handed this case back before</source>
        <translation>此案曾退回</translation>
    </message>
    <message>
        <source>chosen when it was registered</source>
        <translation>登记时已选</translation>
    </message>
    <message>
        <source>the first of the class</source>
        <translation>本类首条</translation>
    </message>
    <message>
        <source>the unit reports it done</source>
        <translation>单位已反馈</translation>
    </message>
    <message>
        <source>the check on site was passed</source>
        <translation>核查已通过</translation>
    </message>
</context>
<context>
    <name>FailReason</name>
    <message>
        <source>No photo</source>
        <translation>无照片</translation>
    </message>
    <message>
        <source>No date on the photo</source>
        <translation>照片无日期</translation>
    </message>
    <message>
        <source>Other angle or scale</source>
        <translation>角度或比例不同</translation>
    </message>
    <message>
        <source>Other place</source>
        <translation>位置不同</translation>
    </message>
    <message>
        <source>Check overdue</source>
        <translation>核查超时</translation>
    </message>
</context>
<context>
    <name>Fault</name>
    <message>
        <source>The centre cannot be reached</source>
        <translation>连不上中心</translation>
    </message>
    <message>
        <source>Wrong name or password</source>
        <translation>用户名或密码不对</translation>
    </message>
    <message>
        <source>The session has ended</source>
        <translation>登录已失效</translation>
    </message>
    <message>
        <source>The centre answered with an error</source>
        <translation>中心出错</translation>
    </message>
    <message>
        <source>Seat and centre are of different versions</source>
        <translation>席位与中心版本不同</translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>The cache was made anew</source>
        <translation>本机缓存已重建</translation>
    </message>
    <message>
        <source>The centre&apos;s files are not signed by the centre this seat knows</source>
        <translation>中心文件的签名不是本席认得的中心所签</translation>
    </message>
</context>
<context>
    <name>Fetch</name>
    <message>
        <source>cases and registers</source>
        <translation>案件与底数</translation>
    </message>
    <message>
        <source>base map</source>
        <translation>底图</translation>
    </message>
    <message>
        <source>components</source>
        <translation>部件</translation>
    </message>
    <message>
        <source>archive</source>
        <translation>档案</translation>
    </message>
    <message>
        <source>{0}, {1}</source>
        <translation>{0}、{1}</translation>
    </message>
    <message>
        <source>{0} MB/s</source>
        <translation>每秒 {0} MB</translation>
    </message>
    <message>
        <source>about {0} left</source>
        <translation>约余 {0}</translation>
    </message>
    <message>
        <source>Fetching {0}</source>
        <translation>正在获取{0}</translation>
    </message>
    <message>
        <source>Reading in {0}</source>
        <translation>正在读入{0}</translation>
    </message>
    <message>
        <source>{0} of {1} rows</source>
        <translation>{0} / {1} 条</translation>
    </message>
    <message>
        <source>Stopped: {0}</source>
        <translation>已暂停获取{0}</translation>
    </message>
    <message>
        <source>{0} of {1} MB</source>
        <translation>{0} / {1} MB</translation>
    </message>
</context>
<context>
    <name>FetchStrip</name>
    <message>
        <source>Stop {0}</source>
        <translation>暂停获取{0}</translation>
    </message>
    <message>
        <source>Go on with {0}</source>
        <translation>继续获取{0}</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>enter</source>
        <translation>可录入</translation>
    </message>
    <message>
        <source>entered</source>
        <translation>已录入</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>变更</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>未变</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>拒绝</translation>
    </message>
</context>
<context>
    <name>FileView</name>
    <message>
        <source>Choose the file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>The first rows</source>
        <translation>前几行</translation>
    </message>
    <message>
        <source>Shapefile, GeoPackage, GeoJSON, TopoJSON, DXF, CSV, Excel (.xlsx), or one of them in a zip. A shapefile&apos;s companions go along. Nothing enters before you have seen the report.</source>
        <translation>可用 Shapefile、GeoPackage、GeoJSON、TopoJSON、DXF、CSV、Excel（.xlsx），或装有其中一个的 zip。Shapefile 的附属文件会一并带上。看过报告之前，什么也不会录入。</translation>
    </message>
    <message>
        <source>What the file&apos;s rows are</source>
        <translation>文件内容</translation>
    </message>
    <message>
        <source>The file</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>{0} is being looked into …</source>
        <translation>正在查看 {0} …</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列数</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Reference system</source>
        <translation>坐标系</translation>
    </message>
    <message>
        <source>not said by the file</source>
        <translation>文件没有说明</translation>
    </message>
    <message>
        <source>Sent along</source>
        <translation>一并带上</translation>
    </message>
</context>
<context>
    <name>FirstRows</name>
    <message>
        <source>The first rows</source>
        <translation>前几行</translation>
    </message>
</context>
<context>
    <name>Flag</name>
    <message>
        <source>Suspended</source>
        <translation>挂账</translation>
    </message>
    <message>
        <source>Extended</source>
        <translation>延期</translation>
    </message>
    <message>
        <source>Reworked</source>
        <translation>返工</translation>
    </message>
    <message>
        <source>Returned</source>
        <translation>退回</translation>
    </message>
    <message>
        <source>Supervised</source>
        <translation>督办</translation>
    </message>
    <message>
        <source>Urged</source>
        <translation>催办</translation>
    </message>
    <message>
        <source>Handled on the spot</source>
        <translation>自行处置</translation>
    </message>
    <message>
        <source>Closed by order</source>
        <translation>强制结案</translation>
    </message>
    <message>
        <source>Exempt</source>
        <translation>免责</translation>
    </message>
    <message>
        <source>Reply wanted</source>
        <translation>要求回复</translation>
    </message>
</context>
<context>
    <name>Import</name>
    <message>
        <source>The centre cannot be reached</source>
        <translation>中心联系不上</translation>
    </message>
    <message>
        <source>The centre is busy, try again</source>
        <translation>中心正忙，请重试</translation>
    </message>
    <message>
        <source>Only an administrator may import</source>
        <translation>只有管理员可以导入</translation>
    </message>
    <message>
        <source>The log-in no longer holds</source>
        <translation>登录已失效</translation>
    </message>
    <message>
        <source>The centre no longer has this check: check the file again</source>
        <translation>中心已没有这次检查，请重新检查</translation>
    </message>
    <message>
        <source>The centre no longer has the file: check it again</source>
        <translation>中心已没有这个文件，请重新检查</translation>
    </message>
    <message>
        <source>Too many files wait to be checked, try again later</source>
        <translation>等待检查的文件太多，请稍后再试</translation>
    </message>
    <message>
        <source>The file is larger than the centre takes</source>
        <translation>文件超过中心的上限</translation>
    </message>
    <message>
        <source>Nothing of this file can enter</source>
        <translation>此文件没有可录入的内容</translation>
    </message>
    <message>
        <source>It is being entered and can no longer be stopped</source>
        <translation>正在录入，不能停止</translation>
    </message>
    <message>
        <source>The file changed while it was sent: choose it again</source>
        <translation>传送期间文件有变动，请重新选择</translation>
    </message>
    <message>
        <source>The file cannot be read</source>
        <translation>文件无法读取</translation>
    </message>
    <message>
        <source>It could not be saved there</source>
        <translation>无法保存到该处</translation>
    </message>
    <message>
        <source>This is no profile: a text in UTF-8 is needed</source>
        <translation>这不是配置：应为 UTF-8 文本</translation>
    </message>
    <message>
        <source>The centre&apos;s disk is full</source>
        <translation>中心的磁盘已满</translation>
    </message>
    <message>
        <source>The file is empty</source>
        <translation>文件是空的</translation>
    </message>
    <message>
        <source>The file begins with nothing but zero bytes</source>
        <translation>文件开头全是零字节</translation>
    </message>
    <message>
        <source>This kind of file is not known here; the centre may know it</source>
        <translation>席位不认识此类文件，中心或许认识</translation>
    </message>
    <message>
        <source>It could not be looked into here; the centre will say more</source>
        <translation>席位查看不了，由中心检查时说明</translation>
    </message>
    <message>
        <source>The centre could not do it</source>
        <translation>中心未能完成</translation>
    </message>
    <message>
        <source>The check begins</source>
        <translation>开始检查</translation>
    </message>
    <message>
        <source>The file is read</source>
        <translation>正在读取文件</translation>
    </message>
    <message>
        <source>Every row is checked</source>
        <translation>正在逐行检查</translation>
    </message>
    <message>
        <source>The report is written</source>
        <translation>正在写报告</translation>
    </message>
    <message>
        <source>What would enter is laid ready</source>
        <translation>正在备好待录入的内容</translation>
    </message>
    <message>
        <source>Checked. Nothing has entered yet</source>
        <translation>已检查，尚未录入</translation>
    </message>
    <message>
        <source>Entered</source>
        <translation>已录入</translation>
    </message>
    <message>
        <source>Nothing new: nothing was written</source>
        <translation>没有新内容，什么也没有写入</translation>
    </message>
    <message>
        <source>The file cannot be read as a whole: nothing of it can enter</source>
        <translation>文件整体无法读取，没有可录入的内容</translation>
    </message>
    <message>
        <source>line {0}</source>
        <translation>第 {0} 行</translation>
    </message>
    <message>
        <source>row {0}</source>
        <translation>第 {0} 行</translation>
    </message>
    <message>
        <source>feature {0}</source>
        <translation>第 {0} 个要素</translation>
    </message>
    <message>
        <source>record {0}</source>
        <translation>第 {0} 条记录</translation>
    </message>
</context>
<context>
    <name>ImportPage</name>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>1 File</source>
        <translation>1 文件</translation>
    </message>
    <message>
        <source>2 Profile</source>
        <translation>2 配置</translation>
    </message>
    <message>
        <source>3 Check and enter</source>
        <translation>3 检查与录入</translation>
    </message>
    <message>
        <source>Import a file</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>On to the profile</source>
        <translation>下一步：配置</translation>
    </message>
    <message>
        <source>Check it, without entering</source>
        <translation>检查，不录入</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>The next file</source>
        <translation>导入下一个文件</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>录入</translation>
    </message>
    <message>
        <source>Enter {0} rows</source>
        <translation>录入 {0} 行</translation>
    </message>
    <message>
        <source>A profile</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Save the profile</source>
        <translation>保存配置</translation>
    </message>
    <message>
        <source>The file to import</source>
        <translation>要导入的文件</translation>
    </message>
    <message>
        <source>Save the page</source>
        <translation>保存报告页面</translation>
    </message>
</context>
<context>
    <name>ImportPlace</name>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>What the rows are</source>
        <translation>选择内容</translation>
    </message>
    <message>
        <source>Choose the file</source>
        <translation>选择文件</translation>
    </message>
</context>
<context>
    <name>KeyRouter</name>
    <message>
        <source>Choose unit</source>
        <translation>选单位</translation>
    </message>
    <message>
        <source>Choose condition</source>
        <translation>选情形</translation>
    </message>
    <message>
        <source>Choose checker</source>
        <translation>选核查员</translation>
    </message>
    <message>
        <source>Rework</source>
        <translation>退回返工</translation>
    </message>
    <message>
        <source>Register</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>Place from the map</source>
        <translation>取图中心</translation>
    </message>
    <message>
        <source>Next field</source>
        <translation>下一项</translation>
    </message>
    <message>
        <source>Put away, keep the draft</source>
        <translation>收起，保留草稿</translation>
    </message>
    <message>
        <source>Open the case</source>
        <translation>打开案件</translation>
    </message>
    <message>
        <source>Next find, the map follows</source>
        <translation>上下移动，地图随动</translation>
    </message>
    <message>
        <source>Back to the queue</source>
        <translation>返回队列</translation>
    </message>
    <message>
        <source>See the case</source>
        <translation>看案卷</translation>
    </message>
    <message>
        <source>Understood</source>
        <translation>知道了</translation>
    </message>
    <message>
        <source>Close the drawer</source>
        <translation>收起抽屉</translation>
    </message>
    <message>
        <source>Do it</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>Choose reason</source>
        <translation>选理由</translation>
    </message>
    <message>
        <source>Back, keep the text</source>
        <translation>返回，保留文字</translation>
    </message>
</context>
<context>
    <name>KeySheet</name>
    <message>
        <source>All keys</source>
        <translation>全部按键</translation>
    </message>
    <message>
        <source>Keys here</source>
        <translation>这里的按键</translation>
    </message>
</context>
<context>
    <name>Kind</name>
    <message>
        <source>Component</source>
        <translation>部件</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>事件</translation>
    </message>
</context>
<context>
    <name>Lamp</name>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Late</source>
        <translation>迟滞</translation>
    </message>
    <message>
        <source>Working offline</source>
        <translation>离线工作</translation>
    </message>
    <message>
        <source>Catching up</source>
        <translation>补传</translation>
    </message>
</context>
<context>
    <name>Layer</name>
    <message>
        <source>Cases</source>
        <translation>案件</translation>
    </message>
    <message>
        <source>Public utilities</source>
        <translation>公用设施</translation>
    </message>
    <message>
        <source>Traffic facilities</source>
        <translation>交通设施</translation>
    </message>
    <message>
        <source>Sanitation facilities</source>
        <translation>环卫设施</translation>
    </message>
    <message>
        <source>Greening facilities</source>
        <translation>园林绿化</translation>
    </message>
    <message>
        <source>Other components</source>
        <translation>其他部件</translation>
    </message>
    <message>
        <source>Components</source>
        <translation>部件</translation>
    </message>
    <message>
        <source>Duty</source>
        <translation>责任</translation>
    </message>
    <message>
        <source>Unit grids</source>
        <translation>单元网格</translation>
    </message>
    <message>
        <source>Grids</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Working grids</source>
        <translation>工作网格</translation>
    </message>
</context>
<context>
    <name>LogIn</name>
    <message>
        <source>The centre cannot be reached.</source>
        <translation>连不上中心。</translation>
    </message>
    <message>
        <source>Check the address and the network, then Enter.</source>
        <translation>检查地址和网络，再按 Enter。</translation>
    </message>
    <message>
        <source>Wrong name or password.</source>
        <translation>用户名或密码不对。</translation>
    </message>
    <message>
        <source>Type the password again.</source>
        <translation>重新输入密码。</translation>
    </message>
    <message>
        <source>The session has ended.</source>
        <translation>登录已失效。</translation>
    </message>
    <message>
        <source>Log in again; nothing unsent was lost.</source>
        <translation>重新登录，未发的都在。</translation>
    </message>
    <message>
        <source>The centre answered with an error.</source>
        <translation>中心出错。</translation>
    </message>
    <message>
        <source>Enter to try again, or tell the administrator.</source>
        <translation>按 Enter 再试，或联系管理员。</translation>
    </message>
    <message>
        <source>Seat and centre are of different versions.</source>
        <translation>席位与中心版本不同。</translation>
    </message>
    <message>
        <source>The seat has to be brought up to date by the administrator.</source>
        <translation>须由管理员升级席位。</translation>
    </message>
    <message>
        <source>The disk of this seat is full.</source>
        <translation>本机磁盘已满。</translation>
    </message>
    <message>
        <source>Free some room: without it nothing typed can be kept.</source>
        <translation>先腾出空间，否则写的内容存不下。</translation>
    </message>
    <message>
        <source>The local copy was damaged and is being made anew.</source>
        <translation>本机缓存已损坏，正在重建。</translation>
    </message>
    <message>
        <source>What was unsent is kept. Enter to go on.</source>
        <translation>未发的都在。按 Enter 继续。</translation>
    </message>
    <message>
        <source>This is not the centre this seat knows: its files carry another signature.</source>
        <translation>这不是本席认得的中心：它的文件签名不同。</translation>
    </message>
    <message>
        <source>Check the address; else tell the administrator before going on.</source>
        <translation>请核对地址；若无误，继续之前请告知管理员。</translation>
    </message>
    <message>
        <source>Asking the centre…</source>
        <translation>正在连接中心…</translation>
    </message>
    <message>
        <source>Centre</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>{0} is missing.</source>
        <translation>{0}未填。</translation>
    </message>
    <message>
        <source>This is not the address of a centre.</source>
        <translation>这不是中心的地址。</translation>
    </message>
    <message>
        <source>It begins with https:// and a name.</source>
        <translation>以 https:// 开头，后接名称。</translation>
    </message>
    <message>
        <source>Log in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Work offline</source>
        <translation>离线工作</translation>
    </message>
    <message>
        <source>End</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Circle of {0}</source>
        <translation>{0}圈</translation>
    </message>
    <message>
        <source>same class open {0}</source>
        <translation>同类未结 {0}</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>地图</translation>
    </message>
</context>
<context>
    <name>MapFeed</name>
    <message>
        <source>Data of {time}</source>
        <translation>数据 {time}</translation>
    </message>
    <message>
        <source>As of {time}, this seat&apos;s cache</source>
        <translation>截至 {time}&#x3000;本机缓存</translation>
    </message>
</context>
<context>
    <name>Nearby</name>
    <message>
        <source>told {0}</source>
        <translation>{0} 上报</translation>
    </message>
</context>
<context>
    <name>NearbyStrip</name>
    <message>
        <source>Open cases near by</source>
        <translation>邻近未结</translation>
    </message>
    <message>
        <source>{0} within {1} m</source>
        <translation>{1} 米内 {0} 件</translation>
    </message>
    <message>
        <source>None within {0} m</source>
        <translation>{0} 米内没有</translation>
    </message>
</context>
<context>
    <name>NextStep</name>
    <message>
        <source>on duty</source>
        <translation>在岗</translation>
    </message>
    <message>
        <source>off duty</source>
        <translation>不在岗</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>在办</translation>
    </message>
    <message>
        <source>Due today</source>
        <translation>今到期</translation>
    </message>
    <message>
        <source>In time %</source>
        <translation>按期%</translation>
    </message>
    <message>
        <source>Duty</source>
        <translation>在岗</translation>
    </message>
    <message>
        <source>Candidate units</source>
        <translation>候选单位</translation>
    </message>
    <message>
        <source>Filing condition</source>
        <translation>立案条件</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>时限</translation>
    </message>
    <message>
        <source>Checked by</source>
        <translation>核查人</translation>
    </message>
    <message>
        <source>Reasons for rework</source>
        <translation>返工理由</translation>
    </message>
    <message>
        <source>Check passed, ready to close</source>
        <translation>核查通过，转结案</translation>
    </message>
    <message>
        <source>Close the case</source>
        <translation>结案</translation>
    </message>
    <message>
        <source>File the case</source>
        <translation>立案</translation>
    </message>
    <message>
        <source>choose a condition</source>
        <translation>先选立案条件</translation>
    </message>
    <message>
        <source>File as {0}</source>
        <translation>立案 {0}</translation>
    </message>
    <message>
        <source>limit {0}</source>
        <translation>时限 {0}</translation>
    </message>
    <message>
        <source>until {0} if filed now</source>
        <translation>现在立案到 {0}</translation>
    </message>
    <message>
        <source>chosen by hand</source>
        <translation>手选</translation>
    </message>
    <message>
        <source>Dispatch</source>
        <translation>派遣</translation>
    </message>
    <message>
        <source>choose a unit</source>
        <translation>先选单位</translation>
    </message>
    <message>
        <source>Dispatch to {0}</source>
        <translation>派给 {0}</translation>
    </message>
    <message>
        <source>Send for a check on site</source>
        <translation>发现场核查</translation>
    </message>
    <message>
        <source>patrols working grid {0}</source>
        <translation>巡查工作网格 {0}</translation>
    </message>
    <message>
        <source>Send {0} to check</source>
        <translation>发核查给 {0}</translation>
    </message>
    <message>
        <source>by {0}</source>
        <translation>{0} 前</translation>
    </message>
    <message>
        <source>Receive the task</source>
        <translation>接收任务</translation>
    </message>
    <message>
        <source>Report the work done</source>
        <translation>办结反馈</translation>
    </message>
    <message>
        <source>{0} reported it done {1}</source>
        <translation>{0} {1} 反馈办结</translation>
    </message>
    <message>
        <source>check passed {0}, {1}</source>
        <translation>{0} 核查通过，{1}</translation>
    </message>
    <message>
        <source>the clocks stand still until it is resumed</source>
        <translation>恢复前时限不计</translation>
    </message>
    <message>
        <source>Waits for {0} to receive it</source>
        <translation>等 {0} 接收</translation>
    </message>
    <message>
        <source>{0} is at work</source>
        <translation>{0} 处置中</translation>
    </message>
    <message>
        <source>Waits for: {0}</source>
        <translation>等 {0}</translation>
    </message>
</context>
<context>
    <name>NotFiledReason</name>
    <message>
        <source>Out of scope</source>
        <translation>不属管理范围</translation>
    </message>
    <message>
        <source>Not true</source>
        <translation>不属实</translation>
    </message>
    <message>
        <source>Repeat</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>Already solved</source>
        <translation>已解决</translation>
    </message>
    <message>
        <source>Below the filing condition</source>
        <translation>未达立案标准</translation>
    </message>
    <message>
        <source>On private ground</source>
        <translation>在私人用地内</translation>
    </message>
    <message>
        <source>Place unknown</source>
        <translation>位置不明</translation>
    </message>
    <message>
        <source>In another city</source>
        <translation>不在本市</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
</context>
<context>
    <name>OfflineBand</name>
    <message>
        <source>Case numbers left: {0}</source>
        <translation>号段剩 {0}</translation>
    </message>
    <message>
        <source>Working offline. Accepting, filing and verifying go on; dispatches, urges and closings are kept here and sent one by one when the network is back.</source>
        <translation>离线工作。受理、立案、核实照常；派遣、催办、结案先存着，联网后逐条发出。</translation>
    </message>
    <message>
        <source>Log in again; nothing is lost.</source>
        <translation>重新登录即可，什么都没丢。</translation>
    </message>
    <message>
        <source>Ask the administrator for the new version; what is unsent stays here.</source>
        <translation>向管理员要新版本；未发的都在本机。</translation>
    </message>
    <message>
        <source>They were not taken; work goes on with what is here. Tell the administrator.</source>
        <translation>文件未予采用，工作照常以本席已有数据进行，请告知管理员。</translation>
    </message>
    <message>
        <source>Free some space: new work cannot be kept safe until then.</source>
        <translation>先腾出磁盘空间，否则新做的存不下来。</translation>
    </message>
    <message>
        <source>{0}. {1}</source>
        <translation>{0}。{1}</translation>
    </message>
</context>
<context>
    <name>OutboxState</name>
    <message>
        <source>Waiting</source>
        <translation>待发</translation>
    </message>
    <message>
        <source>On its way</source>
        <translation>发送中</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>中心已收</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>被拒</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Undone</source>
        <translation>已撤销</translation>
    </message>
</context>
<context>
    <name>Photo</name>
    <message>
        <source>Handled</source>
        <translation>处置</translation>
    </message>
    <message>
        <source>Near by {0}</source>
        <translation>邻案 {0}</translation>
    </message>
    <message>
        <source>Near by</source>
        <translation>邻案</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>上报</translation>
    </message>
</context>
<context>
    <name>PhotoDesk</name>
    <message>
        <source>Photos {0}</source>
        <translation>照片 {0}</translation>
    </message>
    <message>
        <source>Other photo</source>
        <translation>换一张</translation>
    </message>
</context>
<context>
    <name>PhotoPage</name>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
</context>
<context>
    <name>PhotoTile</name>
    <message>
        <source>Photo not here yet</source>
        <translation>照片未到</translation>
    </message>
    <message>
        <source>Photo cannot be shown</source>
        <translation>照片打不开</translation>
    </message>
    <message>
        <source>It comes by itself when the centre can be reached.</source>
        <translation>连上中心后自动取来。</translation>
    </message>
</context>
<context>
    <name>Post</name>
    <message>
        <source>Supervisor</source>
        <translation>监督员</translation>
    </message>
    <message>
        <source>Acceptor</source>
        <translation>受理员</translation>
    </message>
    <message>
        <source>Duty leader</source>
        <translation>值班长</translation>
    </message>
    <message>
        <source>Dispatcher</source>
        <translation>派遣员</translation>
    </message>
    <message>
        <source>Unit operator</source>
        <translation>专业部门操作员</translation>
    </message>
    <message>
        <source>Urging officer</source>
        <translation>督查员</translation>
    </message>
    <message>
        <source>Evaluator</source>
        <translation>评价员</translation>
    </message>
    <message>
        <source>Leader</source>
        <translation>领导</translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation>系统管理员</translation>
    </message>
    <message>
        <source>Intake account</source>
        <translation>接入账号</translation>
    </message>
</context>
<context>
    <name>ProfileView</name>
    <message>
        <source>Profiles</source>
        <translation>可用的配置</translation>
    </message>
    <message>
        <source>The centre ships none for files of this kind.</source>
        <translation>中心没有此类文件的配置。</translation>
    </message>
    <message>
        <source>The profile&apos;s text</source>
        <translation>配置文本</translation>
    </message>
    <message>
        <source>Choose a profile, open your own, or let the centre propose one for this file.</source>
        <translation>选择一个配置，打开自己的配置，或由中心为此文件拟一份。</translation>
    </message>
    <message>
        <source>Let the centre propose one</source>
        <translation>由中心拟一份</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>The profile for this file</source>
        <translation>此文件的配置</translation>
    </message>
    <message>
        <source>your own text</source>
        <translation>自己的文本</translation>
    </message>
    <message>
        <source>as the centre ships it: {0}</source>
        <translation>中心自带，未改动：{0}</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>Accept</source>
        <translation>待受理</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>待核实</translation>
    </message>
    <message>
        <source>File</source>
        <translation>待立案</translation>
    </message>
    <message>
        <source>Dispatch</source>
        <translation>待派遣</translation>
    </message>
    <message>
        <source>Handling</source>
        <translation>处置中</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>待核查</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>待结案</translation>
    </message>
    <message>
        <source>Receive</source>
        <translation>待接收</translation>
    </message>
    <message>
        <source>Not taken</source>
        <translation>超时未接</translation>
    </message>
    <message>
        <source>Not done</source>
        <translation>超时未办</translation>
    </message>
</context>
<context>
    <name>QueueFilter</name>
    <message>
        <source>Class, place or number</source>
        <translation>类别、位置或编号</translation>
    </message>
    <message>
        <source>Filter of the queue</source>
        <translation>队列筛选</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
</context>
<context>
    <name>QueueHeads</name>
    <message>
        <source>Sorted by time left</source>
        <translation>按剩余时限排列</translation>
    </message>
    <message>
        <source>Sorted by class</source>
        <translation>按类别排列</translation>
    </message>
    <message>
        <source>Sorted by place</source>
        <translation>按位置排列</translation>
    </message>
    <message>
        <source>Sorted by registration, the newest first</source>
        <translation>按登记时间排列，新的在前</translation>
    </message>
</context>
<context>
    <name>QueueList</name>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Nothing in this queue fits</source>
        <translation>本队列中没有符合的案件</translation>
    </message>
    <message>
        <source>Esc shows all of it</source>
        <translation>按 Esc 显示全部</translation>
    </message>
    <message>
        <source>Nothing in {0}</source>
        <translation>没有{0}案卷</translation>
    </message>
    <message>
        <source>New cases appear by themselves</source>
        <translation>新案卷到了会自己出现</translation>
    </message>
    <message>
        <source>Fetching the cases</source>
        <translation>正在读取案卷</translation>
    </message>
</context>
<context>
    <name>QueueModel</name>
    <message>
        <source>refused</source>
        <translation>被拒</translation>
    </message>
    <message>
        <source>unsent</source>
        <translation>待发</translation>
    </message>
    <message>
        <source>held</source>
        <translation>挂账</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>最新</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>标记</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Take next</source>
        <translation>取下一件</translation>
    </message>
    <message>
        <source>As of {0}</source>
        <translation>截至 {0}</translation>
    </message>
    <message>
        <source>late {0}</source>
        <translation>超 {0}</translation>
    </message>
    <message>
        <source>soon {0}</source>
        <translation>临期 {0}</translation>
    </message>
    <message>
        <source>in time {0}</source>
        <translation>正常 {0}</translation>
    </message>
    <message>
        <source>unsent {0}</source>
        <translation>待发 {0}</translation>
    </message>
    <message>
        <source>held {0}</source>
        <translation>挂账 {0}</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Switch</source>
        <translation>换队列</translation>
    </message>
</context>
<context>
    <name>Reasons</name>
    <message>
        <source>Why rows are refused</source>
        <translation>拒绝的原因</translation>
    </message>
    <message>
        <source>Refused, and where</source>
        <translation>拒绝原因与位置</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <source>Noted while reading</source>
        <translation>读取说明</translation>
    </message>
</context>
<context>
    <name>RedCard</name>
    <message>
        <source>Yours</source>
        <translation>您的</translation>
    </message>
    <message>
        <source>Centre</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>See the case</source>
        <translation>看案卷</translation>
    </message>
    <message>
        <source>Understood</source>
        <translation>知道了</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>被拒</translation>
    </message>
</context>
<context>
    <name>Refusal</name>
    <message>
        <source>The case has changed since you saw it.</source>
        <translation>您看到之后，案卷已有变化。</translation>
    </message>
    <message>
        <source>The case is at another stage now: {stage}.</source>
        <translation>案卷现为{stage}，不能再这样办。</translation>
    </message>
    <message>
        <source>Your posts do not allow this.</source>
        <translation>您的岗位无此权限。</translation>
    </message>
    <message>
        <source>This exists at the centre already.</source>
        <translation>中心已有相同记录。</translation>
    </message>
    <message>
        <source>The centre has no such record.</source>
        <translation>中心没有这条记录。</translation>
    </message>
    <message>
        <source>Your earlier step was refused, and this one rested on it.</source>
        <translation>您的前一步被拒，这一步随之不成立。</translation>
    </message>
    <message>
        <source>The number {case} is not reserved for this seat.</source>
        <translation>案卷号 {case} 不在本席位的号段内。</translation>
    </message>
    <message>
        <source>{name} at seat {seat} took it first.</source>
        <translation>席位 {seat} {name} 已先取走。</translation>
    </message>
    <message>
        <source>Nobody has this case in hand.</source>
        <translation>此案没有席位占用。</translation>
    </message>
    <message>
        <source>The class {code} is not in the catalogue of {edition}.</source>
        <translation>{edition} 年版目录中没有小类 {code}。</translation>
    </message>
    <message>
        <source>The filing condition {condition} is not in the catalogue.</source>
        <translation>目录中没有立案条件 {condition}。</translation>
    </message>
    <message>
        <source>The centre does not know the unit {unit}.</source>
        <translation>中心没有单位 {unit}。</translation>
    </message>
    <message>
        <source>The place lies in no unit grid.</source>
        <translation>位置不在任何单元网格内。</translation>
    </message>
    <message>
        <source>An opinion has to be written.</source>
        <translation>须写意见。</translation>
    </message>
    <message>
        <source>Say which evidence is wrong.</source>
        <translation>写明哪条依据不对。</translation>
    </message>
    <message>
        <source>The text is missing.</source>
        <translation>须写内容。</translation>
    </message>
    <message>
        <source>Longer than {limit} characters.</source>
        <translation>超过 {limit} 字。</translation>
    </message>
    <message>
        <source>This task belongs to another unit.</source>
        <translation>这是其他单位的任务。</translation>
    </message>
    <message>
        <source>The task has to be received first.</source>
        <translation>先接收任务。</translation>
    </message>
    <message>
        <source>The task has been received already.</source>
        <translation>任务已接收。</translation>
    </message>
    <message>
        <source>Seat and centre are of different versions; nothing was changed.</source>
        <translation>席位与中心版本不同，未作任何改动。</translation>
    </message>
</context>
<context>
    <name>ReportForm</name>
    <message>
        <source>click the map, or F3 for its middle</source>
        <translation>点图，或 F3 取图中心</translation>
    </message>
    <message>
        <source>grid {0}</source>
        <translation>网格 {0}</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Name and number</source>
        <translation>姓名和号码</translation>
    </message>
    <message>
        <source>Reporter</source>
        <translation>上报人</translation>
    </message>
    <message>
        <source>Reply wanted</source>
        <translation>要求回复</translation>
    </message>
    <message>
        <source>Hidden as soon as the field is left; the plain number is kept nowhere.</source>
        <translation>离开此栏即隐去，不存原号。</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Condition</source>
        <translation>情形</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>描述</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>回复</translation>
    </message>
    <message>
        <source>Draft kept {0}</source>
        <translation>草稿已存 {0}</translation>
    </message>
    <message>
        <source>New report</source>
        <translation>新上报</translation>
    </message>
    <message>
        <source>Register {0}</source>
        <translation>登记 {0}</translation>
    </message>
    <message>
        <source>Register the report</source>
        <translation>登记上报</translation>
    </message>
    <message>
        <source>a supervisor&apos;s own report goes straight to filing</source>
        <translation>监督员上报直接转立案</translation>
    </message>
    <message>
        <source>then it waits for the duty leader to file it</source>
        <translation>登记后由值班长立案</translation>
    </message>
    <message>
        <source>{0} numbers left</source>
        <translation>号段剩 {0}</translation>
    </message>
    <message>
        <source>Register</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>Put away</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>{0} open within 300 m</source>
        <translation>300 米内未结 {0} 件</translation>
    </message>
    <message>
        <source>Nothing open within 300 m</source>
        <translation>300 米内没有未结</translation>
    </message>
    <message>
        <source>Write where it is.</source>
        <translation>写明位置。</translation>
    </message>
    <message>
        <source>Click the place on the map, or F3 for the middle of the map.</source>
        <translation>在图上点出位置，或按 F3 取图中心。</translation>
    </message>
    <message>
        <source>The place lies in no unit grid.</source>
        <translation>位置不在任何单元网格内。</translation>
    </message>
    <message>
        <source>Choose a class: digits, initials or Chinese.</source>
        <translation>选一个类别：代码、拼音首字母或汉字。</translation>
    </message>
    <message>
        <source>This condition is not one of the class.</source>
        <translation>此情形不属于该类别。</translation>
    </message>
    <message>
        <source>Write what was told.</source>
        <translation>写明所报内容。</translation>
    </message>
    <message>
        <source>Too long.</source>
        <translation>超过字数。</translation>
    </message>
    <message>
        <source>No case number is left; new ones come with the network.</source>
        <translation>号段已用完，联网后自动补号。</translation>
    </message>
    <message>
        <source>Not registered: too much is waiting to be sent already.</source>
        <translation>未登记：等待发出的事项已满。</translation>
    </message>
    <message>
        <source>Not registered: the disk of this seat takes no more.</source>
        <translation>未登记：本机磁盘已满。</translation>
    </message>
</context>
<context>
    <name>RequestKind</name>
    <message>
        <source>Return</source>
        <translation>退回</translation>
    </message>
    <message>
        <source>Extension</source>
        <translation>延期</translation>
    </message>
    <message>
        <source>Suspension</source>
        <translation>挂账</translation>
    </message>
    <message>
        <source>Void</source>
        <translation>作废</translation>
    </message>
</context>
<context>
    <name>RequestState</name>
    <message>
        <source>Asked</source>
        <translation>待审批</translation>
    </message>
    <message>
        <source>Granted</source>
        <translation>同意</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>不同意</translation>
    </message>
</context>
<context>
    <name>ScalePlate</name>
    <message>
        <source>{length} km</source>
        <translation>{length} 公里</translation>
    </message>
    <message>
        <source>{length} m</source>
        <translation>{length} 米</translation>
    </message>
</context>
<context>
    <name>ScreenKey</name>
    <message>
        <source>Next queue</source>
        <translation>下一队列</translation>
    </message>
    <message>
        <source>Previous queue</source>
        <translation>上一队列</translation>
    </message>
    <message>
        <source>Filter the queue</source>
        <translation>筛选队列</translation>
    </message>
    <message>
        <source>Sort the queue</source>
        <translation>队列排序</translation>
    </message>
    <message>
        <source>Locate</source>
        <translation>定位</translation>
    </message>
    <message>
        <source>Map or photos</source>
        <translation>地图／照片</translation>
    </message>
    <message>
        <source>Centre the map</source>
        <translation>地图居中</translation>
    </message>
    <message>
        <source>Stop fetching, or go on</source>
        <translation>暂停或继续获取</translation>
    </message>
    <message>
        <source>Park</source>
        <translation>挂起</translation>
    </message>
    <message>
        <source>Go to the first alarm</source>
        <translation>到第一条报警</translation>
    </message>
    <message>
        <source>Command bar</source>
        <translation>命令栏</translation>
    </message>
    <message>
        <source>Search all cases</source>
        <translation>查找全部案件</translation>
    </message>
    <message>
        <source>Import a file…</source>
        <translation>导入文件…</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Dark or light</source>
        <translation>深色／浅色</translation>
    </message>
    <message>
        <source>Row height</source>
        <translation>行高</translation>
    </message>
    <message>
        <source>All keys</source>
        <translation>全部按键</translation>
    </message>
</context>
<context>
    <name>SearchList</name>
    <message>
        <source>What was found</source>
        <translation>查找结果</translation>
    </message>
</context>
<context>
    <name>SearchPanel</name>
    <message>
        <source>Search</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Back to the queue</source>
        <translation>返回队列</translation>
    </message>
    <message>
        <source>Place, text, case number</source>
        <translation>地点、内容、案件编号</translation>
    </message>
    <message>
        <source>Search in all cases</source>
        <translation>在全部案件中查找</translation>
    </message>
    <message>
        <source>the newest {0} of more</source>
        <translation>最新 {0} 件，还有更早的</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation>找到 {0} 件</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>查找中…</translation>
    </message>
    <message>
        <source>without the archive, which is not here yet</source>
        <translation>不含历史案件，案卷库尚未到达</translation>
    </message>
    <message>
        <source>Old and new cases, both scripts; the newest come first</source>
        <translation>历史与在办案件，简繁皆可；最新在前</translation>
    </message>
    <message>
        <source>Type a word of the place or the text</source>
        <translation>输入地点或内容中的字词</translation>
    </message>
    <message>
        <source>The archive is not at this seat yet</source>
        <translation>历史案卷尚未到达本席</translation>
    </message>
    <message>
        <source>Nothing with “{0}”</source>
        <translation>没有含“{0}”的案件</translation>
    </message>
</context>
<context>
    <name>Source</name>
    <message>
        <source>Supervisor</source>
        <translation>监督员上报</translation>
    </message>
    <message>
        <source>Hotline</source>
        <translation>热线</translation>
    </message>
    <message>
        <source>Citizen</source>
        <translation>市民上报</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>传感</translation>
    </message>
    <message>
        <source>Media</source>
        <translation>媒体</translation>
    </message>
    <message>
        <source>Leader</source>
        <translation>领导交办</translation>
    </message>
    <message>
        <source>Other platform</source>
        <translation>平台转办</translation>
    </message>
</context>
<context>
    <name>Stage</name>
    <message>
        <source>Registered</source>
        <translation>待受理</translation>
    </message>
    <message>
        <source>Being verified</source>
        <translation>待核实</translation>
    </message>
    <message>
        <source>To file</source>
        <translation>待立案</translation>
    </message>
    <message>
        <source>To dispatch</source>
        <translation>待派遣</translation>
    </message>
    <message>
        <source>Handling</source>
        <translation>处置中</translation>
    </message>
    <message>
        <source>To check</source>
        <translation>待核查</translation>
    </message>
    <message>
        <source>Being checked</source>
        <translation>核查中</translation>
    </message>
    <message>
        <source>To close</source>
        <translation>待结案</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>已结案</translation>
    </message>
    <message>
        <source>Not filed</source>
        <translation>不予立案</translation>
    </message>
    <message>
        <source>Voided</source>
        <translation>已作废</translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>Centre</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>since {0}</source>
        <translation>自 {0}</translation>
    </message>
    <message>
        <source>Unsent {0}</source>
        <translation>未发 {0}</translation>
    </message>
    <message>
        <source>Refused {0}</source>
        <translation>被拒 {0}</translation>
    </message>
    <message>
        <source>Seat {0}</source>
        <translation>席位 {0}</translation>
    </message>
</context>
<context>
    <name>Step</name>
    <message>
        <source>Accept</source>
        <translation>受理</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>核实</translation>
    </message>
    <message>
        <source>File</source>
        <translation>立案</translation>
    </message>
    <message>
        <source>Dispatch</source>
        <translation>派遣</translation>
    </message>
    <message>
        <source>Handle</source>
        <translation>处置</translation>
    </message>
    <message>
        <source>Feedback</source>
        <translation>反馈</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>核查</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>结案</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>已结案</translation>
    </message>
    <message>
        <source>Not filed</source>
        <translation>不予立案</translation>
    </message>
    <message>
        <source>Voided</source>
        <translation>已作废</translation>
    </message>
</context>
<context>
    <name>Tag</name>
    <message>
        <source>S</source>
        <translation>督</translation>
    </message>
    <message>
        <source>U</source>
        <translation>催</translation>
    </message>
    <message>
        <source>R</source>
        <translation>返</translation>
    </message>
    <message>
        <source>B</source>
        <translation>退</translation>
    </message>
    <message>
        <source>E</source>
        <translation>延</translation>
    </message>
</context>
<context>
    <name>TaskState</name>
    <message>
        <source>Sent</source>
        <translation>待接收</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>已接收</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>已办结</translation>
    </message>
    <message>
        <source>Returned</source>
        <translation>已退回</translation>
    </message>
</context>
<context>
    <name>Text</name>
    <message>
        <source>{0} min</source>
        <translation>{0} 分</translation>
    </message>
    <message>
        <source>{0} h</source>
        <translation>{0} 时</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} 时 {1} 分</translation>
    </message>
    <message>
        <source>{0} d</source>
        <translation>{0} 天</translation>
    </message>
    <message>
        <source>{0} d {1} h</source>
        <translation>{0} 天 {1} 时</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} over</source>
        <translation>超 {0}</translation>
    </message>
    <message>
        <source>−{0}</source>
        <translation>超 {0}</translation>
    </message>
    <message>
        <source>yesterday {0}</source>
        <translation>昨 {0}</translation>
    </message>
    <message>
        <source>tomorrow {0}</source>
        <translation>明 {0}</translation>
    </message>
    <message>
        <source>{1} {0}</source>
        <translation>{1} 月 {0} 日</translation>
    </message>
    <message>
        <source>{1} {0}, {2}</source>
        <translation>{2} 年 {1} 月 {0} 日</translation>
    </message>
    <message>
        <source>Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec</source>
        <translation>1 2 3 4 5 6 7 8 9 10 11 12</translation>
    </message>
    <message>
        <source>{0} m</source>
        <translation>{0} 米</translation>
    </message>
    <message>
        <source>{0} km</source>
        <translation>{0} 公里</translation>
    </message>
</context>
<context>
    <name>TimeUnit</name>
    <message>
        <source>urgent working hours</source>
        <translation>紧急工作时</translation>
    </message>
    <message>
        <source>working hours</source>
        <translation>工作时</translation>
    </message>
    <message>
        <source>working days</source>
        <translation>工作日</translation>
    </message>
    <message>
        <source>hours</source>
        <translation>小时</translation>
    </message>
    <message>
        <source>calendar days</source>
        <translation>天</translation>
    </message>
    <message>
        <source>minutes</source>
        <translation>分</translation>
    </message>
</context>
<context>
    <name>Waits</name>
    <message>
        <source>Can still be undone</source>
        <translation>可撤销</translation>
    </message>
    <message>
        <source>Waits for the network</source>
        <translation>等联网</translation>
    </message>
    <message>
        <source>Waits for an earlier one</source>
        <translation>等前一件先发</translation>
    </message>
    <message>
        <source>Waits for the catch-up</source>
        <translation>等补传</translation>
    </message>
    <message>
        <source>Waits for the answer</source>
        <translation>等中心回复</translation>
    </message>
</context>
<context>
    <name>Why</name>
    <message>
        <source>No case is open.</source>
        <translation>没有打开的案卷。</translation>
    </message>
    <message>
        <source>Another seat has this case in hand.</source>
        <translation>其他席位正在办理。</translation>
    </message>
    <message>
        <source>The case is suspended.</source>
        <translation>案卷挂账中。</translation>
    </message>
    <message>
        <source>Choose a unit first: Ctrl+1..9.</source>
        <translation>先选单位：Ctrl+1…9。</translation>
    </message>
    <message>
        <source>Choose a filing condition first: Ctrl+1..9.</source>
        <translation>先选立案条件：Ctrl+1…9。</translation>
    </message>
    <message>
        <source>The queue is empty.</source>
        <translation>队列是空的。</translation>
    </message>
    <message>
        <source>Nothing is left that has not been sent.</source>
        <translation>没有可撤销的未发事项。</translation>
    </message>
    <message>
        <source>Not done: too much is waiting to be sent already.</source>
        <translation>未办：等待发出的事项已满。</translation>
    </message>
    <message>
        <source>Not done: the disk of this seat takes no more.</source>
        <translation>未办：本机磁盘已满。</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>en</source>
        <translation>zh</translation>
    </message>
</context>
</TS>
